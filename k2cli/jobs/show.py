"""`k2 ohlcv show`: candles as they are stored, every digit of them."""

from engines.base import CandleQuery
from engines.lake import Lake
from k2cli.reports import CandleRows, ShowReport


def show(lake: Lake, query: CandleQuery) -> ShowReport:
    """Read the candles asked for.

    Raises:
        TableMissing: The table does not exist.
    """
    return ShowReport(
        table=lake.names.target(query.timeframe),
        timeframe=query.timeframe,
        limit=query.limit,
        candles=CandleRows(lake.candles(query)),
    )
