"""`k2 ohlcv compact`: one file a partition again."""

from engines.base import Engine, Observer
from engines.domain.timeframe import Timeframe
from k2cli.reports import CompactReport


def compact(engine: Engine, timeframes: tuple[Timeframe, ...], *, run_id: str, observer: Observer) -> CompactReport:
    """Merge what other writers left."""
    outcome = engine.compact(timeframes, run_id=run_id, observer=observer)
    return CompactReport(exit_code=outcome.exit_code, tables=outcome.tables)
