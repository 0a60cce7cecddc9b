"""Candles and trades out of their tables, as asked for."""

import polars as pl
import pyarrow as pa
from pyiceberg.io.pyarrow import schema_to_pyarrow
from pyiceberg.table import Table

from engines.arrow import arrow_schema
from engines.base import CandleQuery, TradeQuery
from engines.domain.batches import batches
from engines.domain.candle import CANDLE_KEY
from engines.domain.changes import occupied
from engines.domain.interval import BEGINNING, END, Intervals
from engines.domain.tables import TRADES_READ, partition_units
from engines.embedded.candles import read_candles, to_arrow, to_frame
from engines.embedded.reader import Reader
from engines.iceberg.changes import EVENT_TIME
from engines.iceberg.files import live_files, spans
from engines.work import Rows

NO_TRADES = pl.DataFrame(arrow_schema(TRADES_READ).empty_table())


def candles(reader: Reader, table: Table, query: CandleQuery) -> pa.Table:
    """The rows a query asks for, sorted as the table is; of more than its limit, the newest windows."""
    schema = schema_to_pyarrow(table.schema(), include_field_ids=False)
    found = to_frame(schema.empty_table())
    head = table.current_snapshot()
    files = tuple(spans(table, live_files(table, head), "window_start"))
    if head is not None and files:
        rows = Rows(table=table, snapshot_id=head.snapshot_id, files=files)
        for part in _newest_first(rows, query, reader.config.limits.read):
            some = read_candles(reader, rows, part).filter(_wanted(query)).select(found.columns)
            found = pl.concat([found, some], how="vertical_relaxed")
            if query.limit is not None and found.height >= query.limit:
                found = found.sort("window_start", *CANDLE_KEY[:2], descending=[True, False, False]).head(query.limit)
                break
    return to_arrow(found.sort(CANDLE_KEY))


def trades(reader: Reader, source: Rows | None, query: TradeQuery) -> pa.Table:
    """The rows a query asks for, as they were delivered, in any order.

    Args:
        reader: Reads.
        source: The trades; None where there are none.
        query: Which.
    """
    unbounded = query.start is None and query.end is None
    asked = None if unbounded else _asked(query)
    if source is None or not (source.files if asked is None else source.within(asked)):
        return to_arrow(NO_TRADES)
    found = to_frame(reader.rows(source, EVENT_TIME, asked, NO_TRADES.columns)).filter(_wanted(query))
    return to_arrow(
        found.select(
            pl.col(name).cast(dtype) if name in found.columns else pl.lit(None, dtype=dtype).alias(name)
            for name, dtype in NO_TRADES.schema.items()
        )
    )


def _asked(query: CandleQuery | TradeQuery) -> Intervals:
    start = BEGINNING if query.start is None else query.start
    return Intervals.of([(start, END if query.end is None else query.end)])


def _newest_first(rows: Rows, query: CandleQuery, most_rows: int) -> list[Intervals]:
    """The times to read, cut so that a limit need not read all of them."""
    asked = occupied(rows.files) & _asked(query)
    units = partition_units(query.timeframe, asked)
    return [part for batch in batches(units, asked, rows.files, most_rows) for part in batch.slices][::-1]


def _wanted(query: CandleQuery | TradeQuery) -> pl.Expr:
    named = (("exchange", query.exchange), ("symbol", query.symbol))
    return pl.all_horizontal(pl.lit(value=True), *(pl.col(name) == value for name, value in named if value is not None))
