"""`k2 ohlcv show`: candles as they are stored, every digit of them."""

from engines.base import CandleQuery, Engine
from k2cli.reports import CandleRows, ShowReport


def show(engine: Engine, query: CandleQuery) -> ShowReport:
    """Read the candles asked for.

    Raises:
        TableMissing: The table does not exist.
    """
    return ShowReport(
        table=engine.config.tables.target(query.timeframe),
        timeframe=query.timeframe,
        limit=query.limit,
        candles=CandleRows(engine.read(query)),
    )
