"""The tables as people read them: made, and looked at."""

from collections.abc import Iterator

from k2cli import reports as r
from k2cli.language.words import count, length, second, size
from k2cli.rendering.blocks import Block, Sentence, table
from k2cli.rendering.views.view import view


@view.register
def _(report: r.CreateTablesReport) -> Iterator[Block]:
    rows = [(t.table, t.status.value, "; ".join(t.differences)) for t in report.tables]
    yield table("table", "status", "differences", rows=rows)
    yield Sentence(f"catalog: {report.catalog}")


@view.register
def _(report: r.StatusReport) -> Iterator[Block]:
    rows = [
        (
            t.table,
            _state(t),
            count(t.rows),
            second(t.first),
            second(t.last),
            "" if t.lag_trades is None else count(t.lag_trades),
            "" if t.lag_seconds is None else length(t.lag_seconds),
            count(t.snapshots),
            count(t.files),
            size(t.bytes),
        )
        for t in report.tables
    ]
    numbers = ("rows", "new trades", "lag", "snapshots", "files", "size")
    names = ("table", "state", "rows", "first", "last", *numbers[1:])
    yield table(*names, rows=rows, right=numbers)
    if any(not t.exists and t.timeframe is not None for t in report.tables):
        yield Sentence("tables are missing: run k2 ohlcv create-tables", "warning")
    if any(not t.exists and t.timeframe is None for t in report.tables):
        yield Sentence("there are no trades: k2 ohlcv create-tables --with-trades, or set [tables] trades", "warning")


def _state(table: r.StatusOfTable) -> str:
    if not table.exists:
        return "missing"
    if table.timeframe is None:
        return "source"
    if table.closed_until is None:
        return "not built yet"
    if table.late:
        return "late"
    return "up to date" if table.up_to_date else "behind"
