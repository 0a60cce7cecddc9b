"""Candles merged as they are read: those of longer windows from the stored ones, portion by portion."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from engines.arrow import arrow_schema, as_read
from engines.domain.candle import MERGED_CANDLES, SERIES
from engines.domain.interval import Interval, Intervals
from engines.domain.portions import time_portions
from engines.embedded.candles import read_candles, to_frame
from engines.embedded.reader import Reader
from engines.embedded.rollup import MERGED, rollup, to_candles, to_sums
from engines.embedded.sums import NO_SUMS
from engines.refusals import not_mergeable, too_large
from engines.work import Merging


def merged_columns(work: Merging) -> pl.DataFrame:
    """An empty frame with the columns of merged candles."""
    return to_frame(as_read(arrow_schema(MERGED_CANDLES, work.scale)).empty_table())


@dataclass(frozen=True, slots=True)
class MergedFrames:
    """Reads the candles that an order asks for; see `engines.embedded.query`, which sorts and cuts them.

    Attributes:
        reader: The engine's reader.
        work: The order.
        wanted: Which series are asked for.
        columns: An empty frame with the columns of the result.
    """

    reader: Reader
    work: Merging
    wanted: pl.Expr
    columns: pl.DataFrame

    def times(self, most_rows: int) -> tuple[Interval, ...]:
        """The span in whole windows, cut where about so many stored rows lie between two cuts; oldest first."""
        return self.work.portions(most_rows)

    def read(self, time: Interval, names: Sequence[str] | None = None) -> pl.DataFrame:
        """The candles whose windows start in an interval that is made of whole windows, in any order."""
        stretches = self.work.query.windows.stretches(time)
        sums = NO_SUMS
        for portion in time_portions(self.work.files, time, self.reader.config.limits.read):
            # What is merged already counts as the beginning of its window, which is before all that follows.
            sums = rollup(pl.concat([sums, *self._sums(portion)]).lazy(), stretches).collect()
        self._refuse_too_large(sums)
        candles = to_candles(sums.lazy(), stretches, self.work.scale).collect()
        return candles.select(self.columns.columns).cast(self.columns.schema).select(names or pl.all())

    def _sums(self, time: Interval) -> Iterator[pl.DataFrame]:
        """The sums of the stored candles that start in an interval."""
        for part in self.work.parts:
            times = part.times & Intervals((time,))
            if not times:
                continue
            found = read_candles(self.reader, part.rows, times, MERGED).filter(self.wanted)
            if found["quote_volume"].null_count():
                raise not_mergeable(".".join(part.rows.table.name()))
            yield to_sums(found.lazy()).collect()

    def _refuse_too_large(self, sums: pl.DataFrame) -> None:
        lost = sums.filter(pl.col("quote_volume").is_null() | pl.col("volume").is_null())
        for exchange, symbol in lost.select(SERIES).head(1).iter_rows():
            raise too_large(symbol, exchange, self.work.query.windows)
