"""Why a query found no candles: the table is empty, the span holds none, or the symbol or exchange is unknown."""

from collections.abc import Sequence

from engines.base import CandleQuery, WindowQuery
from engines.domain.results import TableStatus
from engines.domain.series import Series
from engines.domain.timeframe import isoformat
from engines.errors import Failure, UsageError
from engines.lake import Lake
from k2cli.jobs.candles import AnyQuery
from k2cli.language.suggestions import GET_TRADES, did_you_mean

LOOKED_AT = 2_000_000
"""Number of newest candles that are searched for names to suggest: several days of a thousand symbols at 1m, and all
of most tables.
"""

_OTHERWISE = "(after new trades: k2 ohlcv aggregate; where nothing may be found: --allow-empty)"


def absence(lake: Lake, query: AnyQuery, *, now: int) -> Failure:
    """Return a warning that explains why a query found no candles and what to do about it.

    Args:
        lake: The lake that was queried.
        query: The query that found nothing.
        now: The time of the run, microseconds.

    Raises:
        UsageError: The table has candles, but none of that exchange or symbol.
    """
    source, *targets = lake.status(now=now)
    table = _asked(query, targets)
    if not table.rows or table.timeframe is None:
        return _nothing_yet(table, source)
    if query.exchange is None and query.symbol is None:
        return _elsewhen(query, table.table, table.first, table.last)
    found = lake.series(table.timeframe, exchange=query.exchange, symbol=query.symbol)
    if not found:
        near = _nearest(query, lake.series(table.timeframe, most_rows=LOOKED_AT))
        raise UsageError(f"{table.table} has no candles of {_named(query)}", hint=f"{near} {_OTHERWISE}")
    first, last = min(series.first for series in found), max(series.last for series in found)
    return _elsewhen(query, _named(query), first, last + table.timeframe.duration)


def _asked(query: AnyQuery, targets: Sequence[TableStatus]) -> TableStatus:
    """The table that was asked for; for other windows, the coarsest that has candles: it reaches back the furthest."""
    if isinstance(query, CandleQuery):
        return next(target for target in targets if target.timeframe == query.timeframe)
    return next((target for target in reversed(targets) if target.rows), targets[0])


def _named(query: AnyQuery) -> str:
    """The queried symbol and exchange as text: ``BTCUSDT on binance``, ``BTCUSDT`` or ``binance``."""
    return " on ".join(name for name in (query.symbol, query.exchange) if name is not None)


def _nothing_yet(table: TableStatus, source: TableStatus) -> Failure:
    trades = "" if source.rows else f"{source.table} is empty, too: {GET_TRADES}; then "
    return Failure(message=f"{table.table} is empty", hint=f"{trades}run k2 ohlcv aggregate", exit_code=0)


def _elsewhen(query: AnyQuery, what: str, first: int | None, last: int | None) -> Failure:
    if isinstance(query, WindowQuery) and not query.bounded and first is not None:
        over = isoformat(query.windows.next(first))
        return Failure(message=f"no window of {query.windows} is over yet; the first ends at {over}", exit_code=0)
    span = "" if first is None or last is None else f"; {what} has candles from {isoformat(first)} to {isoformat(last)}"
    return Failure(message=f"there are no candles in that span{span}", exit_code=0)


def _nearest(query: AnyQuery, known: Sequence[Series]) -> str:
    """Suggest similar exchanges if the exchange is unknown, else the exchanges of the symbol, else similar symbols."""
    exchanges = {series.exchange for series in known}
    if query.exchange is not None and query.exchange not in exchanges:
        return did_you_mean(query.exchange, sorted(exchanges), most=3)
    elsewhere = sorted(series.exchange for series in known if series.symbol == query.symbol)
    if elsewhere:
        return f"{query.symbol} is on {' and '.join(elsewhere)}"
    symbols = {series.symbol for series in known if query.exchange in (None, series.exchange)}
    return did_you_mean(query.symbol or "", sorted(symbols), most=3)
