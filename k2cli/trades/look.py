"""A look at a file of trades: all of it is read, and nothing is stored."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

import polars as pl
import pyarrow as pa

from engines.domain.imports import SeriesKey
from engines.domain.interval import Interval, Intervals
from k2cli.trades.inspection import Table
from k2cli.trades.reader import Chunk, TradeFile
from k2cli.trades.rejects import Reject

SHOWN = 5
"""Trades and rejects that are shown."""

MOST_RUNS = 100_000
"""Runs of ids that are remembered: with more of them, ids are not consecutive."""

_SERIES = ("exchange", "symbol")


@dataclass(slots=True)
class Look:
    """What a table of trades holds.

    Attributes:
        table: The file, or a member of an archive, as it was detected.
        rows: Number of rows.
        trades: Number of rows that are trades.
        rejected: Number of the others, by reason.
        sides_unknown: Number of trades whose side the file should tell, and does not.
        rounded: Number of trades whose quantity was divided by the price and rounded.
        doubles: Number of prices and quantities that are doubles in the file.
        series: Number of trades by exchange and symbol.
        times: From the first trade of a series to its last, likewise.
        places: Decimal places that the prices, and the quantities, have.
        shown: The first trades, with the columns of the trades table.
        rejects: The first rows that are none.
    """

    table: Table
    rows: int = 0
    trades: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    sides_unknown: int = 0
    rounded: int = 0
    doubles: int = 0
    series: Counter[SeriesKey] = field(default_factory=Counter)
    times: dict[SeriesKey, Interval] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    shown: list[Mapping[str, object]] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    _ids: dict[SeriesKey, Intervals] | None = field(default_factory=dict)

    @property
    def span(self) -> Interval | None:
        """From the first trade to the last; None if there is none."""
        times = self.times.values()
        return Interval(min(time.start for time in times), max(time.end for time in times)) if times else None

    @property
    def gaps(self) -> Mapping[SeriesKey, Intervals] | None:
        """Ids that lie between those of a series, and are not there; None where that tells nothing."""
        if self._ids is None or not self.table.terms.layout.id.consecutive:
            return None
        return {series: found for series, runs in self._ids.items() if (found := _between(runs))}

    def add(self, chunk: Chunk) -> None:
        """Count the next rows."""
        self.rows += chunk.rows
        self.trades += chunk.trades.num_rows
        self.sides_unknown += chunk.sides_unknown
        self.rounded += chunk.rounded
        self.doubles += chunk.doubles
        self.rejected.update(reject.reason for reject in chunk.rejects)
        self.rejects += chunk.rejects[: SHOWN - len(self.rejects)]
        self.shown += chunk.trades.slice(0, SHOWN - len(self.shown)).to_pylist()
        for part in chunk.series:
            series, times = (part.exchange, part.symbol), Interval(part.first, part.last + 1)
            self.series[series] += part.trades
            known = self.times.get(series, times)
            self.times[series] = Interval(min(known.start, times.start), max(known.end, times.end))
        for column in ("price", "quantity"):
            self.places[column] = max(self.places.get(column, 0), _places(chunk.trades.column(column)))
        self._count_ids(chunk.trades)

    def _count_ids(self, trades: pa.Table) -> None:
        if self._ids is None or not self.table.terms.layout.id.consecutive:
            return
        for series, runs in _runs(trades):
            self._ids[series] = self._ids.get(series, Intervals()) | runs
        if sum(map(len, self._ids.values())) > MOST_RUNS:
            self._ids = None


def looks(file: TradeFile) -> tuple[Look, ...]:
    """Read a file whole, and say what its tables hold.

    Raises:
        TradeFileError: If it turns out to be truncated or corrupt, or none of its rows is a trade.
    """
    found = {table.detected.file: Look(table) for table in file.tables}
    for chunk in file:
        found[chunk.file].add(chunk)
    return tuple(found.values())


def _places(column: pa.ChunkedArray) -> int:
    """The decimal places that one of the numbers needs."""
    scale = column.type.scale
    values = pl.Series(pl.from_arrow(column)).cast(pl.Decimal(38, scale)).to_physical()
    return next((places for places in range(scale) if _divides(10 ** (scale - places), values)), scale)


def _divides(ten: int, values: pl.Series) -> bool:
    return bool(pl.DataFrame({"value": values}).select((pl.col("value") % ten == 0).all()).item())


def _runs(trades: pa.Table) -> Iterator[tuple[SeriesKey, Intervals]]:
    """The numeric ids of each series, in runs without a hole."""
    number = pl.col("trade_id").cast(pl.Int64, strict=False)
    rows = pl.DataFrame(trades.select([*_SERIES, "trade_id"])).select(*_SERIES, id=number).drop_nulls().unique()
    starts = (pl.col("id").diff() != 1).fill_null(value=True).cum_sum().over(_SERIES)
    runs = rows.sort(*_SERIES, "id").with_columns(run=starts).group_by(*_SERIES, "run")
    for (exchange, symbol), found in runs.agg(first=pl.col("id").min(), last=pl.col("id").max()).group_by(_SERIES):
        ranges = found.select(pl.col("first"), pl.col("last") + 1).iter_rows()
        yield (str(exchange), str(symbol)), Intervals.of((first, end) for first, end in ranges)


def _between(runs: Intervals) -> Intervals:
    return Intervals.of((before.end, after.start) for before, after in pairwise(runs.ranges))
