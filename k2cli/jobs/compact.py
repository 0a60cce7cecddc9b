"""`k2 ohlcv compact`: one file a partition again."""

from collections.abc import Sequence

from engines.base import Engine, Observer
from engines.domain.timeframe import Timeframe
from k2cli.reports import CompactReport


def compact(engine: Engine, timeframes: Sequence[Timeframe], *, run_id: str, observer: Observer) -> CompactReport:
    """Merge what other writers left; no timeframe means all tables."""
    wanted = tuple(dict.fromkeys(timeframes)) or tuple(Timeframe)
    outcome = engine.compact(wanted, run_id=run_id, observer=observer)
    return CompactReport(exit_code=outcome.exit_code, tables=outcome.tables)
