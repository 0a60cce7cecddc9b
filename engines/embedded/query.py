"""Queries: reads candles and trades from their tables, in parts that fit into memory."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import polars as pl
import pyarrow as pa
from pyiceberg.table import Table

from engines.arrow import arrow_schema, streamed
from engines.base import CandleQuery, TradeQuery
from engines.domain.candle import CANDLE_KEY, CANDLE_KEY_BY_TIME, SERIES
from engines.domain.interval import Interval, Intervals
from engines.domain.portions import Portion, series_portions, time_portions
from engines.embedded.candles import read_candles, to_arrow, to_frame
from engines.embedded.reader import Reader
from engines.iceberg.catalog import catalog_errors
from engines.iceberg.changes import EVENT_TIME
from engines.iceberg.schema import columns_of
from engines.refresh.source import Source
from engines.work import Rows, TradeRows, current_rows

_START = CANDLE_KEY[-1]


def candles(reader: Reader, table: Table, query: CandleQuery) -> pa.RecordBatchReader:
    """Read the candles that a query asks for, with the columns of the table and in its sort order."""
    columns, name = to_frame(columns_of(table).empty_table()), ".".join(table.name())
    with catalog_errors(f"manifests of {name}"):
        rows = current_rows(table, _START)
    return _streamed(columns, () if rows is None else _Candles(reader, rows, query, columns).frames(), name)


def trades(reader: Reader, source: Source, query: TradeQuery) -> pa.RecordBatchReader:
    """Read the trades that a query asks for, including duplicates and invalid trades, in any order.

    Args:
        reader: The engine's reader.
        source: The source table.
        query: The query.
    """
    nothing, rows = pl.DataFrame(arrow_schema(query.columns, source.scale).empty_table()), source.rows
    found = () if rows is None else _trades(reader, rows, query, nothing.schema)
    return _streamed(nothing, found, ".".join(source.table.name()))


def _streamed(columns: pl.DataFrame, frames: Iterable[pl.DataFrame], name: str) -> pa.RecordBatchReader:
    def tables() -> Iterator[pa.Table]:
        with catalog_errors(f"read {name}"):
            yield from map(to_arrow, frames)

    return streamed(to_arrow(columns).schema, tables())


@dataclass(frozen=True, slots=True)
class _Candles:
    """The candles that a query asks for.

    Attributes:
        reader: The engine's reader.
        rows: The rows of the candle table.
        query: The query.
        columns: An empty frame with the table's columns, in table order.
    """

    reader: Reader
    rows: Rows
    query: CandleQuery
    columns: pl.DataFrame

    def frames(self) -> Iterator[pl.DataFrame]:
        """Yield the candles in the table's sort order; if there are more than the limit, those of the newest windows.

        A file has rows of many series. So the table is read once to count the rows of each series, and then once for
        each group of series whose rows fit into memory together; if all rows fit, it is read only once.
        """
        most = self.reader.config.limits.read
        times = time_portions(self.rows.files, self.query.span, most)
        if self.query.limit is not None:
            yield self._newest(times, self.query.limit)
        elif len(times) <= 1 or self.query.by_time:
            yield from (_sorted(self._read(time), self.query) for time in times)
        else:
            for portion in series_portions(self._counted(times), most):
                yield from self._portion(portion, times, together=portion.rows <= most)

    def _newest(self, times: tuple[Interval, ...], limit: int) -> pl.DataFrame:
        found = self.columns
        for time in reversed(times):
            found = pl.concat([found, self._read(time)])
            if found.height >= limit:
                break
        newest_first = found.sort(_START, *SERIES, descending=[True, False, False])
        return _sorted(newest_first.head(limit), self.query)

    def _counted(self, times: tuple[Interval, ...]) -> Iterator[tuple[tuple[str | None, str | None], int]]:
        """Count the rows of each series; the series are in the table's order."""
        counts = [self._read(time, CANDLE_KEY).group_by(SERIES).len() for time in times]
        rows = pl.concat(counts).group_by(SERIES).agg(pl.col("len").sum()).sort(SERIES).rows()
        return (((exchange, symbol), count) for exchange, symbol, count in rows)

    def _portion(self, portion: Portion, times: tuple[Interval, ...], *, together: bool) -> Iterator[pl.DataFrame]:
        """Yield the sorted rows of a portion: in one frame, or in order of time if they do not fit into memory."""
        series = pl.DataFrame(portion.series, schema=dict.fromkeys(SERIES, pl.String), orient="row")
        frames = (self._read(time).join(series, on=SERIES, how="semi", nulls_equal=True) for time in times)
        yield from (frame.sort(CANDLE_KEY) for frame in ([pl.concat(frames)] if together else frames))

    def _read(self, time: Interval, columns: tuple[str, ...] | None = None) -> pl.DataFrame:
        """Read the rows of a time interval that match the query, in the types of the table."""
        found = read_candles(self.reader, self.rows, Intervals((time,)), columns).filter(_wanted(self.query))
        schema = self.columns.select(columns or pl.all()).schema
        return found.select(schema.names()).cast(schema)


def _trades(reader: Reader, source: TradeRows, query: TradeQuery, schema: pl.Schema) -> Iterator[pl.DataFrame]:
    """Yield the trades in parts, or at once if trades without a time may match: only a full read finds these."""
    times = time_portions(source.files, query.span, reader.config.limits.read)
    required = source.table.schema().find_field(source.reading.time.column).required
    timed = query.bounded or (required and not any(file.timeless for file in source.files))
    everything = [None] if source.files else []
    for intervals in [Intervals((time,)) for time in times] if timed else everything:
        found = to_frame(reader.rows(source, EVENT_TIME, intervals, schema.names())).filter(_wanted(query))
        yield found.select(
            pl.col(name).cast(dtype) if name in found.columns else pl.lit(None, dtype=dtype).alias(name)
            for name, dtype in schema.items()
        )


def _sorted(frame: pl.DataFrame, query: CandleQuery) -> pl.DataFrame:
    """The candles in the order that a query asks for.

    Files are in the order of series: of candles that still are, only the times are compared, a third of the work.
    """
    if not query.by_time:
        return frame.sort(CANDLE_KEY)
    if frame.select(pl.struct(SERIES)).to_series().is_sorted():
        return frame.sort(_START, maintain_order=True)
    return frame.sort(CANDLE_KEY_BY_TIME)


def _wanted(query: CandleQuery | TradeQuery) -> pl.Expr:
    named = (("exchange", query.exchange), ("symbol", query.symbol))
    return pl.all_horizontal(pl.lit(value=True), *(pl.col(name) == value for name, value in named if value is not None))
