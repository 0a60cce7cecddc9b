"""`k2 ohlcv show`: candles as they are stored, every digit of them."""

from engines.base import CandleQuery, Engine
from engines.domain.timeframe import isoformat
from engines.errors import UsageError
from k2cli.reports import CandleRows, ShowReport


def show(engine: Engine, query: CandleQuery) -> ShowReport:
    """Read the candles asked for.

    Raises:
        TableMissing: The table does not exist.
        UsageError: The time asked for is empty.
    """
    if query.start is not None and query.end is not None and query.start >= query.end:
        raise UsageError(
            f"--from {isoformat(query.start)} is not before --to {isoformat(query.end)}: no window lies between",
            hint="--from is inclusive, --to exclusive",
        )
    return ShowReport(
        table=engine.config.tables.target(query.timeframe),
        timeframe=query.timeframe,
        limit=query.limit,
        candles=CandleRows(engine.read(query)),
    )
