"""The checks of the table of trades: how it is kept, and what its newest rows are."""

from collections.abc import Iterator

from engines.domain.checks import Check, doubtful, good, skipped
from engines.domain.look import Look, SourceFacts
from engines.errors import K2Error
from k2cli.doctor.check import failed_by
from k2cli.doctor.patient import Patient
from k2cli.language.words import count

_MANY_MANIFESTS = 1_000
"""Manifests from which on an idle run takes a second and more to read them, on S3 a minute."""


def source(patient: Patient) -> Iterator[Check]:
    """Check how the table of trades is kept: format, files, bounds, manifests; what no engine reads, `tables` tells."""
    facts = patient.source
    if facts is None:
        yield skipped("source", "there is no table of trades that can be read")
    elif isinstance(facts, K2Error):
        yield failed_by("source", facts)
    elif facts.without_bounds:
        found = (
            f"{facts.table}: {count(facts.without_bounds)} of {count(facts.files)} files without bounds of their times"
        )
        fix = f"each run opens them all; rewrite them: CALL system.rewrite_data_files(table => '{facts.table}')"
        yield doubtful("source", found, fix=fix)
    elif facts.manifests > _MANY_MANIFESTS:
        found = f"{facts.table}: {count(facts.manifests)} manifests, which each run reads"
        yield doubtful("source", found, fix=f"merge them: CALL system.rewrite_manifests('{facts.table}')")
    else:
        yield good("source", _told(facts))


def _told(facts: SourceFacts) -> str:
    unit = f"times in {facts.reading.unit.words}{'' if facts.unit_told else ', found from the numbers'}"
    number = facts.position_deletes + facts.equality_deletes
    deletes = f", {count(number)} delete files" if number else ""
    kept = f"{count(facts.files)} files in {count(facts.manifests)} manifests{deletes}"
    return f"{facts.table}: format {facts.format_version}, {kept}, {unit}"


def trades(patient: Patient) -> Iterator[Check]:
    """Check the newest rows of the table of trades: what a run would leave out, and words in several spellings."""
    look = patient.look
    if look is None:
        yield skipped("trades", _unread(patient))
    elif isinstance(look, K2Error):
        yield failed_by("trades", look)
    elif look.spellings:
        words = "; ".join(f"{one.column} {' and '.join(map(repr, one.words))}" for one in look.spellings)
        fix = "write each of them in one way: they count as different, k2 changes no name"
        yield doubtful("trades", f"{_place(look)} are written in several ways: {words}", fix=fix)
    elif look.rejected:
        reasons = ", ".join(f"{one.reason}: {count(one.count)}" for one in look.rejected)
        fix = "k2 trades inspect shows the newest; k2 ohlcv validate --against-trades counts all"
        yield doubtful("trades", f"{_place(look)} would be left out in part ({reasons})", fix=fix)
    else:
        yield good("trades", f"{_place(look)} are all trades" if look.rows else "there are none yet")


def _unread(patient: Patient) -> str:
    if isinstance(patient.lake, K2Error) or patient.lake.engine.in_process:
        return "there is no table of trades that can be read"
    return f"engine {patient.lake.engine.name} would have to be started to read some: k2 trades inspect does"


def _place(look: Look) -> str:
    return f"the newest {count(look.rows)} rows"
