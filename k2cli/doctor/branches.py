"""The check for branches left behind by killed runs: they keep files that nobody needs."""

from collections.abc import Iterator

from engines.domain.checks import Check, doubtful, good, skipped
from engines.domain.facts import Branch
from engines.domain.timeframe import HOUR
from engines.errors import K2Error
from k2cli.doctor.patient import Patient

_OLD = HOUR
"""Age after which a run that owns a staging branch has either published or died."""


def branches(patient: Patient) -> Iterator[Check]:
    """Check for branches of runs that cannot publish any more, or whose commit is so old that they must be dead."""
    if isinstance(patient.tables, K2Error) or isinstance(patient.settings, K2Error):
        yield skipped("branches", "the catalog cannot be read")
        return
    stale = [
        (table.table, branch.name)
        for table in patient.tables
        for branch in table.branches
        if branch.stale or (branch.staging and _old(branch, patient.clock()))
    ]
    if not stale:
        yield good("branches", "none is left over")
        return
    catalog = patient.settings.catalog.name
    by_hand = " ".join(f"ALTER TABLE {catalog}.{table} DROP BRANCH `{name}`;" for table, name in stale)
    names = ", ".join(f"{table}: {name}" for table, name in stale)
    fix = f"k2 ohlcv prune drops them; or in SQL: {by_hand}"
    yield doubtful("branches", f"left by runs that were killed: {names}", fix=fix)


def _old(branch: Branch, now: int) -> bool:
    return branch.committed_at is None or now - branch.committed_at > _OLD
