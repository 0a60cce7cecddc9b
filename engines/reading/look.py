"""A look at the newest rows of a source, in bounded memory: what they are as trades, and what a run would leave out."""

from collections.abc import Iterable, Iterator
from functools import reduce

import polars as pl
import pyarrow as pa

from engines.base import Engine, TradeQuery
from engines.domain.candle import SIDES
from engines.domain.invariants import NOTED, SIDE_UNKNOWN, rejections_of
from engines.domain.look import Look, Spelling, newest_times
from engines.domain.results import Rejected, rejections
from engines.domain.spellings import bare, spellings
from engines.domain.tables import TRADES_READ
from engines.refresh.source import Source

_SHOWN = 5
_REASON = "rejected"


def look(engine: Engine, most_rows: int) -> Look:
    """Look at about so many of the newest rows of the source.

    Raises:
        TableMissing: The source table does not exist.
        UsageError: It cannot be read as trades, or not by this engine.
    """
    source = Source(engine.tables, engine.tables.scale(), engine.abilities)
    times = newest_times(source.files, most_rows)
    if times is None:
        return Look()
    query = TradeQuery(start=times.start, end=times.end, told=True)
    rows = _judged(pl.DataFrame(pa.Table.from_batches(_some(engine.read(query), most_rows * 2))))
    return Look(
        times=times,
        rows=rows.height,
        files=sum(1 for file in source.files if times.start < file.interval.end),
        rejected=_counted(rows[_REASON].drop_nulls()),
        noted=_noted(rows.filter(pl.col(_REASON).is_null())),
        newest=tuple(_newest(rows)),
        spellings=tuple(_spellings(rows)),
    )


def _some(batches: pa.RecordBatchReader, most_rows: int) -> Iterator[pa.RecordBatch]:
    """Yield batches until they have so many rows; at least one, for its schema."""
    rows = 0
    yield pa.RecordBatch.from_pylist([], schema=batches.schema)
    for batch in batches:
        yield batch
        rows += batch.num_rows
        if rows >= most_rows:
            return


def _judged(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with the first reason why a run leaves them out."""
    reasons = reversed(rejections_of(rows.columns).items())
    nothing = pl.lit(None, dtype=pl.String)
    reason = reduce(
        lambda rest, one: pl.when(pl.sql_expr(one[1])).then(pl.lit(one[0])).otherwise(rest), reasons, nothing
    )
    return rows.with_columns(reason.alias(_REASON))


def _counted(words: pl.Series) -> tuple[Rejected, ...]:
    return rejections(dict(words.value_counts().iter_rows()))


def _noted(valid: pl.DataFrame) -> tuple[Rejected, ...]:
    unknown = pl.col("side").is_not_null() & ~pl.col("side").str.to_lowercase().is_in(SIDES)
    counts = valid.select(unknown.sum().alias(SIDE_UNKNOWN), *(pl.col(name).sum() for name in NOTED)).row(0, named=True)
    return rejections({name: count for name, count in counts.items() if count})


def _newest(rows: pl.DataFrame) -> Iterable[dict[str, object]]:
    columns = [column.name for column in TRADES_READ]
    order = ("timestamp", "source_sequence", "message_id")
    return (
        rows.sort(order, descending=True, nulls_last=True).head(_SHOWN).select(*columns, _REASON).iter_rows(named=True)
    )


def _spellings(rows: pl.DataFrame) -> Iterator[Spelling]:
    """Yield what is written in several ways: exchanges, symbols of one exchange, sides but for their case."""
    series = rows.select("exchange", "symbol").drop_nulls().unique().rows()
    for words in spellings(exchange for exchange, _ in series):
        yield Spelling(column="exchange", words=words)
    for exchange in sorted({bare(exchange) for exchange, _ in series}):
        for words in spellings(symbol for name, symbol in series if bare(name) == exchange):
            yield Spelling(column="symbol", words=words)
    sides = {side.lower() for side in rows["side"].drop_nulls().unique()}
    for words in spellings(sides):
        yield Spelling(column="side", words=words)
