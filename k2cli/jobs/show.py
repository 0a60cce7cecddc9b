"""`k2 ohlcv show`: candles as they are stored, every digit of them."""

from engines.base import CandleQuery
from engines.lake import Lake
from k2cli.jobs.absence import absence
from k2cli.reports import CandleRows, ShowReport


def show(lake: Lake, query: CandleQuery, *, now: int, allow_empty: bool = False) -> ShowReport:
    """Begin to read the candles asked for; the rest is read as the report's rows are gone through.

    Args:
        lake: Where they are.
        query: What is asked for.
        now: The run's clock.
        allow_empty: Take it as an answer when there are none, whatever the reason.

    Raises:
        TableMissing: The table does not exist.
        UsageError: It has candles, but none of the exchange or the symbol.
    """
    candles = CandleRows(lake.candles(query))
    return ShowReport(
        table=lake.names.target(query.timeframe),
        timeframe=query.timeframe,
        limit=query.limit,
        candles=candles,
        warning=None if allow_empty or not candles.none else absence(lake, query, now=now),
    )
