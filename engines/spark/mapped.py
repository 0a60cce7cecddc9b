"""Trades of a source whose columns have other names or types than ours, as columns in our names and types.

The columns are those that `engines.embedded.mapped` describes, computed by the same rules with Spark's own functions.
"""

from collections.abc import Iterator, Mapping

from pyspark.sql import Column
from pyspark.sql import functions as F  # noqa: N812

from engines.domain.candle import BUY, SELL
from engines.domain.interval import Intervals
from engines.domain.mapping import Inexact
from engines.domain.reading import NANOSECONDS, TIMESTAMPS, Reading, SourceColumn, exactly
from engines.domain.tables import AMOUNTS, TRADES_READ
from engines.domain.units import TimeUnit
from engines.errors import UsageError
from engines.spark.amounts import amount
from engines.spark.types import sql_type

_TYPES = {column.name: str(column.type) for column in TRADES_READ if column.name not in AMOUNTS}


def mapped_columns(reading: Reading, names: Mapping[str, str]) -> list[Column]:
    """The columns of trades, made from those of a source.

    Args:
        reading: How trades are read.
        names: Current name of each column of the source to its name in the snapshot that is read.
    """
    if reading.time.type in NANOSECONDS:
        raise UsageError(
            f"column {reading.time.column} is {reading.time.type}, which Iceberg's source for Spark does not read",
            hint="use --engine polars",
        )
    columns = [_plain(reading[name], names).alias(name) for name in _TYPES if name != "timestamp"]
    amounts = [part for name in AMOUNTS for part in _amount(reading, name, names)]
    return [*_times(reading, names), *columns, *amounts]


def during(reading: Reading, names: Mapping[str, str], intervals: Intervals) -> Column:
    """Whether rows lie in the intervals, as comparisons with constants that Iceberg can push down."""
    column = names.get(reading.time.column)
    if column is None:
        return F.lit(False)
    instant = {
        "timestamptz": "timestamp_micros({}L)",
        "timestamp": "CAST(timestamp_micros({}L) AS TIMESTAMP_NTZ)",
        "int": "{}L",
    }.get(str(reading.time.type), "{}L")
    ranges = (
        f"(`{column}` >= {instant.format(r.start)} AND `{column}` < {instant.format(r.end)})"
        for r in reading.stored(intervals)
    )
    return F.expr(" OR ".join(ranges) or "false")


def _found(column: SourceColumn, names: Mapping[str, str]) -> Column:
    name = names.get(column.column)
    return F.lit(column.value) if name is None else F.col(f"`{name}`")


def _plain(column: SourceColumn, names: Mapping[str, str]) -> Column:
    found, type_ = _found(column, names), sql_type(_TYPES[column.name])
    if column.type == "binary" or str(column.type).startswith("fixed"):
        return F.lower(F.hex(found))
    if column.type in TIMESTAMPS:
        return F.unix_micros(found.cast("timestamp"))
    if not column.buy:
        return found.cast(type_)
    word = F.lower(found.cast("string"))
    known = F.when(word.isin(*column.buy), F.lit(BUY)).when(word.isin(*column.sell), F.lit(SELL))
    return known.otherwise(found.cast("string"))


def _times(reading: Reading, names: Mapping[str, str]) -> Iterator[Column]:
    found, unit = _found(reading.time, names), reading.unit
    if reading.time.type in TIMESTAMPS:
        yield F.unix_micros(found.cast("timestamp")).alias("timestamp")
        return
    number = found.cast("bigint")
    if unit is TimeUnit.NS:
        rest = F.pmod(number, F.lit(unit.parts).cast("bigint"))
        yield F.call_function("div", number - rest, F.lit(unit.parts)).alias("timestamp")
        yield rest.alias("nanosecond")
        return
    most = (2**63 - 1) // unit.each
    yield F.when(number.between(-most, most), number * F.lit(unit.each)).alias("timestamp")


def _amount(reading: Reading, name: str, names: Mapping[str, str]) -> Iterator[Column]:
    column, wanted = reading[name], reading.wanted(name)
    found = _found(column, names)
    if exactly(column.type, wanted):
        yield found.cast(str(wanted)).alias(name)
        return
    value = amount(found, column.type, wanted)
    stated, rounding = found.isNotNull(), reading.inexact is Inexact.ROUND
    yield (value.nearest if rounding else F.when(value.exact, value.nearest)).alias(name)
    yield (stated & (value.nearest.isNull() if rounding else ~value.exact)).alias(f"{name}_not_exact")
    if rounding:
        yield (stated & value.nearest.isNotNull() & ~value.exact).alias(f"{name}_rounded")
    yield found.cast("string").alias(f"{name}_stored")
