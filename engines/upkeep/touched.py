"""Counts the candles that trades are in, before these go."""

import polars as pl
import pyarrow as pa

from engines.domain.orders import Touched
from engines.domain.timeframe import M1, Timeframe
from engines.iceberg.catalog import Tables
from engines.iceberg.state import target_state
from engines.iceberg.trade_reading import WHERE


class TouchedMinutes:
    """The minutes of series that rows are in, each once."""

    def __init__(self) -> None:
        self._minutes = pl.DataFrame(schema={"exchange": pl.String, "symbol": pl.String, "minute": pl.Int64})

    def add(self, rows: pa.RecordBatch) -> None:
        """Add the minutes of rows that have the columns of `WHERE`."""
        found = pl.DataFrame(rows).select(
            pl.col(WHERE[0]).cast(pl.String),
            pl.col(WHERE[1]).cast(pl.String),
            (pl.col(WHERE[2]) // M1.duration * M1.duration).alias("minute"),
        )
        self._minutes = pl.concat([self._minutes, found.unique()]).unique()

    def candles(self, tables: Tables) -> tuple[Touched, ...]:
        """The candles of these minutes, in each candle table that there is."""
        found = []
        for timeframe in tables.names.timeframes:
            table = tables.find(tables.names.target(timeframe))
            if table is not None:
                found.append(self._candles(timeframe, target_state(table).fence))
        return tuple(found)

    def _candles(self, timeframe: Timeframe, fence: int | None) -> Touched:
        starts = self._minutes.select(
            "exchange", "symbol", pl.col("minute") // timeframe.duration * timeframe.duration
        ).unique()["minute"]
        frozen = 0 if fence is None else int((starts < timeframe.ceil(fence)).sum())
        return Touched(timeframe=timeframe, candles=len(starts), frozen=frozen)
