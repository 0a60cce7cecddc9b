"""Series in a stream of candles: where one ends and the next begins, and what was seen of them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from engines.domain.candle import SERIES


class SeriesName(NamedTuple):
    """Whose candles: exchange and symbol."""

    exchange: str
    symbol: str

    def __str__(self) -> str:
        return f"{self.symbol} on {self.exchange}"


def runs(table: pa.Table) -> Iterator[tuple[SeriesName, pa.Table]]:
    """Cut candles where the series changes; rows of a series that are neighbours stay together, nothing is copied."""
    if not table.num_rows:
        return
    names = [table[name].combine_chunks() for name in SERIES]
    changed = [pc.not_equal(name.slice(1), name.slice(0, len(name) - 1)) for name in names]
    cuts = pc.indices_nonzero(pc.or_(*changed)).to_pylist()
    starts = [0, *(cut + 1 for cut in cuts)]
    for start, end in zip(starts, [*starts[1:], table.num_rows], strict=True):
        exchange, symbol = (name[start].as_py() for name in names)
        yield SeriesName(exchange, symbol), table.slice(start, end - start)


@dataclass(slots=True)
class Tally:
    """What was seen of a stream of candles.

    Attributes:
        rows: Number of candles.
        first: Start of the first window, microseconds since the epoch; None if there is none.
        last: Start of the last window.
        series: The series.
    """

    rows: int = 0
    first: int | None = None
    last: int | None = None
    series: set[SeriesName] = field(default_factory=set)

    def add(self, table: pa.Table) -> None:
        """Count the candles of a table."""
        if not table.num_rows:
            return
        self.rows += table.num_rows
        starts = pc.min_max(table["window_start"].cast(pa.int64())).as_py()
        self.first = starts["min"] if self.first is None else min(self.first, starts["min"])
        self.last = starts["max"] if self.last is None else max(self.last, starts["max"])
        for named in table.select(SERIES).group_by(list(SERIES)).aggregate([]).to_pylist():
            self.series.add(SeriesName(named["exchange"], named["symbol"]))
