"""Counts the candles that trades are in, before these go."""

import polars as pl
import pyarrow as pa

from engines.domain.orders import Touched
from engines.domain.timeframe import M1, Timeframe
from engines.iceberg.catalog import Tables
from engines.iceberg.state import target_state
from engines.iceberg.trade_reading import WHERE

_AT_ONCE = 1_000_000
"""Minutes of series that are gathered before they are counted once, about 30 bytes each."""


class TouchedMinutes:
    """The minutes of series that rows are in, each once."""

    def __init__(self) -> None:
        self._parts = [pl.DataFrame(schema={"exchange": pl.String, "symbol": pl.String, "minute": pl.Int64})]

    def add(self, rows: pa.RecordBatch) -> None:
        """Add the minutes of rows that have the columns of `WHERE`."""
        found = pl.DataFrame(rows).select(
            pl.col(WHERE[0]).cast(pl.String),
            pl.col(WHERE[1]).cast(pl.String),
            (pl.col(WHERE[2]) // M1.duration * M1.duration).alias("minute"),
        )
        self._parts.append(found.unique())
        if sum(part.height for part in self._parts) > max(2 * self._parts[0].height, _AT_ONCE):
            self._parts = [self._all]

    @property
    def _all(self) -> pl.DataFrame:
        return pl.concat(self._parts).unique()

    def candles(self, tables: Tables) -> tuple[Touched, ...]:
        """The candles of these minutes, in each candle table that there is."""
        minutes, found = self._all, []
        for timeframe in tables.names.timeframes:
            table = tables.find(tables.names.target(timeframe))
            if table is not None:
                found.append(_candles(minutes, timeframe, target_state(table).fence))
        return tuple(found)


def _candles(minutes: pl.DataFrame, timeframe: Timeframe, fence: int | None) -> Touched:
    starts = minutes.select("exchange", "symbol", pl.col("minute") // timeframe.duration * timeframe.duration)
    windows = starts.unique()["minute"]
    frozen = 0 if fence is None else int((windows < timeframe.ceil(fence)).sum())
    return Touched(timeframe=timeframe, candles=len(windows), frozen=frozen)
