"""`k2 ohlcv show`: candles as they are stored, with every digit."""

from engines.lake import Lake
from k2cli.jobs.absence import absence
from k2cli.jobs.candles import AnyQuery, read_candles
from k2cli.reports import ShowReport


def show(lake: Lake, query: AnyQuery, *, now: int, allow_empty: bool = False) -> ShowReport:
    """Start to read the candles of a query; the rest is read while the rows of the report are iterated.

    Args:
        lake: The lake to read from.
        query: Which candles to read.
        now: The time of the run, microseconds.
        allow_empty: Accept an empty result without a warning or an error, whatever the reason.

    Raises:
        TableMissing: The table does not exist.
        UsageError: There are candles, but none of that exchange or symbol; or only longer ones are left.
    """
    found = read_candles(lake, query)
    return ShowReport(
        table=found.table,
        timeframe=found.timeframe,
        merged_from=found.merged_from,
        limit=query.limit,
        candles=found.candles,
        notes=found.notes,
        warning=None if allow_empty or not found.candles.none else absence(lake, query, now=now),
    )
