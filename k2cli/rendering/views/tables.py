"""The views of `create-tables` and `status`."""

from collections.abc import Iterator, Sequence

from k2cli import reports as r
from k2cli.language.suggestions import GET_TRADES
from k2cli.language.words import count, duration, second, size
from k2cli.rendering.blocks import Block, Sentence, table
from k2cli.rendering.views.fences import fences
from k2cli.rendering.views.names import narrow
from k2cli.rendering.views.view import view


@view.register
def _(report: r.CreateTablesReport) -> Iterator[Block]:
    rows = [(t.table, t.status.value, "; ".join(t.differences)) for t in report.tables]
    shape = narrow(report.tables)
    yield table("table", "status", "differences", rows=rows, wraps=("differences",), narrow=shape)
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
            "" if t.lag_seconds is None else duration(t.lag_seconds),
            count(t.snapshots),
            count(t.files),
            size(t.bytes),
        )
        for t in report.tables
    ]
    numbers = ("rows", "new trades", "lag", "snapshots", "files", "size")
    names = ("table", "state", "rows", "first", "last", *numbers[1:])
    shape = narrow(
        report.tables,
        times={"first": lambda t: t.first, "last": lambda t: t.last},
        expendable=("snapshots", "files", "first", "new trades", "size", "rows"),
    )
    yield table(*names, rows=rows, right=numbers, narrow=shape)
    yield from fences((t.timeframe.name, t.fence, t.trades_before) for t in report.tables if t.timeframe)
    yield from (Sentence(text, "warning") for text in _next(report.tables))


def _next(tables: Sequence[r.StatusOfTable]) -> Iterator[str]:
    """Yield what to do next if tables are missing or empty."""
    sources, targets = ([t for t in tables if (t.timeframe is None) is source] for source in (True, False))
    if not all(t.exists for t in targets):
        yield "tables are missing: run k2 ohlcv create-tables"
    if not all(t.exists for t in sources):
        yield "there are no trades: k2 ohlcv create-tables --with-trades, or set [tables] trades"
    elif not all(t.rows for t in sources):
        yield f"there are no trades yet: {GET_TRADES}; then run k2 ohlcv aggregate"
    elif any(t.exists and t.closed_until is None for t in targets):
        yield "candles are not built yet: run k2 ohlcv aggregate"
    elif any(t.others for t in targets):
        yield "others have changed candles: k2 ohlcv aggregate makes them again"


def _state(table: r.StatusOfTable) -> str:
    if not table.exists:
        return "missing"
    if table.timeframe is None:
        return "source"
    if table.closed_until is None:
        return "not built yet"
    if table.others:
        return "changed by others"
    if table.late:
        return "late"
    return "up to date" if table.up_to_date else "behind"
