"""The view of a validation."""

from collections.abc import Iterator

from engines.domain.invariants import FRESHNESS
from k2cli.language.words import count, moment
from k2cli.rendering.blocks import Block, Narrow, Sentence, table
from k2cli.rendering.views.caveats import caveats, notes
from k2cli.rendering.views.view import view
from k2cli.reports import (
    CheckedInvariant,
    ValidatedSource,
    ValidatedTable,
    ValidateReport,
)

FEW = 5
"""Maximum number of broken rows shown per invariant; JSON and CSV have the first 20."""


@view.register
def _(report: ValidateReport) -> Iterator[Block]:
    """Show what was checked, with one row per invariant and one column per table, and then what is broken."""
    sentences = {found.invariant: found.sentence for t in report.tables for found in t.invariants}
    cells = {(found.invariant, t.timeframe): _cell(found) for t in report.tables for found in t.invariants}
    columns = [t.timeframe for t in report.tables]
    rows = [
        (invariant, *(cells.get((invariant, column), "") for column in columns), sentence)
        for invariant, sentence in sentences.items()
    ]
    names = [column.name for column in columns]
    wraps = ("what must be true",)
    narrow = Narrow(
        short={name: [row[place].replace("broken ", "") for row in rows] for place, name in enumerate(names, 1)},
        note="broken rows of those checked" if report.broken else "",
        expendable=wraps,
    )
    yield table("rows checked", *names, *wraps, rows=rows, right=names, wraps=wraps, narrow=narrow)
    for checked in report.tables:
        yield from (
            Sentence(f"{checked.table}: {i.invariant} was skipped, {i.skipped}", "warning")
            for i in checked.invariants
            if i.skipped
        )
        yield from _broken(checked)
    for source in report.sources:
        yield from _source(source)
    if report.broken:
        yield Sentence(f"{count(report.broken)} broken", "bad")
    elif any(found.checked for t in report.tables for found in t.invariants if found.invariant != FRESHNESS.name):
        yield Sentence("all checks passed", "good")
    else:
        yield Sentence("there were no candles to look at; k2 ohlcv aggregate makes them", "warning")


def _cell(found: CheckedInvariant) -> str:
    if found.skipped:
        return "skipped"
    return f"{count(found.broken)} broken of {count(found.checked)}" if found.broken else count(found.checked)


def _broken(checked: ValidatedTable) -> Iterator[Block]:
    for found in checked.invariants:
        if not found.examples:
            continue
        yield Sentence("")
        yield Sentence(f"{checked.table}, {found.invariant}:", "title")
        rows = [
            (row.exchange, row.symbol, moment(row.window_start), row.values.get("file", ""), row.problem)
            for row in found.examples[:FEW]
        ]
        spare = ("exchange", "symbol", "window_start", "file")
        narrow = Narrow(once=("exchange", "symbol", "file"))
        yield table(*spare, "problem", rows=rows, spare=spare, wraps=("problem",), narrow=narrow)
        if found.broken > FEW:
            yield Sentence(f"and {count(found.broken - min(FEW, len(found.examples)))} more")


def _source(source: ValidatedSource) -> Iterator[Block]:
    yield Sentence(
        f"compared with {count(source.trades_read)} trades of snapshot {source.snapshot_id}, "
        f"{count(source.duplicates)} of them delivered again"
    )
    yield from caveats(source.caveats)
    yield from notes(source.noted)
    if source.rejected:
        reasons = ", ".join(f"{reason}: {count(number)}" for reason, number in source.rejected.items())
        yield Sentence(f"invalid trades are left out ({reasons}), for example:", "warning")
        columns = ("exchange", "symbol", "timestamp", "message_id")
        rows = [tuple(sample.get(name, "") for name in columns) for sample in source.samples[:FEW]]
        yield table(*columns, rows=rows)
