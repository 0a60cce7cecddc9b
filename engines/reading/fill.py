"""Windows without trades, filled in: rows between the candles of each series, marked as filled."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

import polars as pl
import pyarrow as pa

from engines.domain.candle import MEASURES, SERIES, Merge
from engines.domain.interval import Interval
from engines.domain.requests import Fill
from engines.domain.window import Windows

_Series = tuple[str, str]
_CHUNK = 65_536
"""Rows that are made at a time."""

_PRICES = [measure.name for measure in MEASURES if measure.merge is not Merge.SUM]
_SUMS = [measure.name for measure in MEASURES if measure.merge is Merge.SUM]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    """How windows are filled in.

    Attributes:
        windows: The windows.
        fill: What a filled row holds.
        start: The first window; None: that of each series' first candle.
        until: The end of the last window.
        before: The last close price before `start` of each series that has candles there.
    """

    windows: Windows
    fill: Fill
    start: int | None
    until: int
    before: Mapping[_Series, Decimal]


def filled(candles: pa.RecordBatchReader, filling: Filling) -> pa.RecordBatchReader:
    """The same candles, sorted by series and time as they are, with a row for each window in which a series has none.

    A filled row has ``filled`` = true and, by `Fill`: measures that are null; measures that are zero; or the last close
    as its prices and no volume. Series that only have candles before the first window are filled in from there, too.
    """
    schema = candles.schema.append(pa.field("filled", pa.bool_()))
    return pa.RecordBatchReader.from_batches(schema, _batches(candles, filling, schema))


def _batches(candles: pa.RecordBatchReader, filling: Filling, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    columns = pl.DataFrame(candles.schema.empty_table())
    for frame in _Filled(filling, columns).frames(candles):
        yield from frame.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(schema).to_batches()


@dataclass(slots=True)
class _Filled:
    """Rows of one series after another.

    Attributes:
        filling: What to do.
        columns: An empty frame with the columns of candles.
    """

    filling: Filling
    columns: pl.DataFrame

    def frames(self, candles: pa.RecordBatchReader) -> Iterator[pl.DataFrame]:
        """Yield the rows of all series in order, those without candles of their own in their places."""
        waiting = sorted(self.filling.before)
        current: _SeriesRows | None = None
        for found in _by_series(candles):
            series = _named(found)
            if current is None or current.series != series:
                if current is not None:
                    yield from current.rest()
                while waiting and waiting[0] < series:
                    yield from self._begun(waiting.pop(0)).rest()
                if waiting and waiting[0] == series:
                    waiting.pop(0)
                current = self._begun(series)
            yield from current.with_gaps(found)
        if current is not None:
            yield from current.rest()
        for series in waiting:
            yield from self._begun(series).rest()

    def _begun(self, series: _Series) -> "_SeriesRows":
        known = series in self.filling.before
        return _SeriesRows(
            series, self.filling, self.columns, self.filling.start if known else None, self.filling.before.get(series)
        )


@dataclass(slots=True)
class _SeriesRows:
    """The rows of one series.

    Attributes:
        series: Exchange and symbol.
        filling: What to do.
        columns: An empty frame with the columns of candles.
        expected: The next window; None before the first candle.
        close: The last close price; None before the first candle.
    """

    series: _Series
    filling: Filling
    columns: pl.DataFrame
    expected: int | None
    close: Decimal | None

    def with_gaps(self, candles: pl.DataFrame) -> Iterator[pl.DataFrame]:
        """Yield candles of the series in order of time, and a row for each window before one in which it has none."""
        starts = candles["window_start"].to_physical()
        first, last = int(starts[0]), int(starts[-1])
        begin = first if self.expected is None else self.expected
        yield from self._rows(begin, self.filling.windows.next(last), candles)

    def rest(self) -> Iterator[pl.DataFrame]:
        """Yield a row for each window after the last candle."""
        if self.expected is not None:
            yield from self._rows(self.expected, self.filling.until, self.columns)

    def _rows(self, begin: int, end: int, candles: pl.DataFrame) -> Iterator[pl.DataFrame]:
        for windows in _chunks(self.filling.windows, begin, end):
            lower, upper = windows["window_start"][0], windows["window_start"][-1]
            some = candles.filter(pl.col("window_start").is_between(lower, upper))
            yield self._filled(windows, some)
            if some.height:
                self.close = some["close_price"][-1]
        self.expected = max(begin, end)

    def _filled(self, windows: pl.DataFrame, candles: pl.DataFrame) -> pl.DataFrame:
        exchange, symbol = (pl.lit(name).alias(column) for name, column in zip(self.series, SERIES, strict=True))
        rows = windows.join(candles.drop("window_end", "window_date", *SERIES), on="window_start", how="left")
        empty = pl.col("trade_count").is_null()
        rows = rows.with_columns(exchange, symbol, empty.alias("filled"))
        return self._valued(rows).select(*self.columns.columns, "filled").cast(self.columns.schema)

    def _valued(self, rows: pl.DataFrame) -> pl.DataFrame:
        empty, types = pl.col("filled"), self.columns.schema
        match self.filling.fill:
            case Fill.ZERO:
                names, value = [*_PRICES, *_SUMS], pl.lit(0)
                return rows.with_columns(_where(empty, value.cast(types[name]), name) for name in names)
            case Fill.PREVIOUS:
                last = pl.col("close_price").forward_fill().fill_null(pl.lit(self.close, dtype=types["close_price"]))
                prices = [_where(empty, last, name) for name in _PRICES]
                return rows.with_columns(*prices, *(_where(empty, pl.lit(0).cast(types[name]), name) for name in _SUMS))
        return rows


def _where(condition: pl.Expr, value: pl.Expr, name: str) -> pl.Expr:
    return pl.when(condition).then(value).otherwise(name).alias(name)


def _by_series(candles: pa.RecordBatchReader) -> Iterator[pl.DataFrame]:
    """Yield the candles of one series after another, those of a large one in several frames."""
    for batch in candles:
        frame = pl.DataFrame(pa.Table.from_batches([batch]))
        yield from frame.partition_by(SERIES, maintain_order=True)


def _named(candles: pl.DataFrame) -> _Series:
    exchange, symbol = (str(candles[name][0]) for name in SERIES)
    return exchange, symbol


def _chunks(windows: Windows, begin: int, end: int) -> Iterator[pl.DataFrame]:
    """Yield the windows between two edges: their start, end and UTC date, at most `_CHUNK` of them at a time."""
    for stretch in windows.stretches(Interval(begin, end)):
        step = _CHUNK * stretch.length
        for start in range(stretch.start, stretch.end, step):
            yield _windows(Interval(start, min(start + step, stretch.end)), stretch.length)


def _windows(piece: Interval, length: int) -> pl.DataFrame:
    start = pl.int_range(piece.start, piece.end, length, dtype=pl.Int64, eager=True).alias("window_start")
    time = pl.Datetime("us", "UTC")
    return pl.DataFrame(start).select(
        pl.col("window_start").cast(time),
        (pl.col("window_start") + length).cast(time).alias("window_end"),
        pl.col("window_start").cast(time).dt.date().alias("window_date"),
    )
