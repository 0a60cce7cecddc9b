"""`k2 ohlcv show`: candles as they are stored, with every digit."""

from engines.base import CandleQuery
from engines.lake import Lake
from k2cli.jobs.absence import absence
from k2cli.reports import CandleRows, ShowReport


def show(lake: Lake, query: CandleQuery, *, now: int, allow_empty: bool = False) -> ShowReport:
    """Start to read the candles of a query; the rest is read while the rows of the report are iterated.

    Args:
        lake: The lake to read from.
        query: Which candles to read.
        now: The time of the run, microseconds.
        allow_empty: Accept an empty result without a warning or an error, whatever the reason.

    Raises:
        TableMissing: The table does not exist.
        UsageError: The table has candles, but none of that exchange or symbol.
    """
    candles = CandleRows(lake.candles(query))
    return ShowReport(
        table=lake.names.target(query.timeframe),
        timeframe=query.timeframe,
        limit=query.limit,
        candles=candles,
        warning=None if allow_empty or not candles.none else absence(lake, query, now=now),
    )
