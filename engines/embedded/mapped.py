"""Trades of a source whose columns have other names or types than ours, as rows in our names and types.

Besides the columns of `domain.tables.TRADES_READ` they have, where the source makes them necessary: ``nanosecond``,
the part of a microsecond that decides the order of trades in it; and ``price_not_exact``, ``price_rounded`` (the same
for quantity), see `domain.invariants.NOT_EXACT` and `domain.invariants.NOTED`.
"""

from collections.abc import Iterator

import polars as pl
import pyarrow as pa

from engines.domain.mapping import Inexact
from engines.domain.reading import TIMESTAMPS, Reading, SourceColumn, exactly
from engines.domain.tables import AMOUNTS, TRADES_READ
from engines.domain.units import TimeUnit
from engines.embedded.amounts import exact_doubles, unscaled
from engines.embedded.candles import to_arrow, to_frame

_TYPES = {c.name: pl.Int64 if c.type == "long" else pl.String for c in TRADES_READ if c.name not in AMOUNTS}


def as_trades(frame: pl.LazyFrame, reading: Reading) -> pl.LazyFrame:
    """Rows of a source in our names and types; `frame` has at least the columns that the reading uses."""
    plain = [_plain(reading[name]).alias(name) for name in _TYPES if name not in ("timestamp", "side")]
    amounts = (part for name in AMOUNTS for part in _amount(reading, name))
    return frame.select(*_times(reading), *plain, _side(reading["side"]).alias("side"), *amounts)


def converted(rows: pa.Table, reading: Reading) -> pa.Table:
    """An Arrow table of a source's rows in our names and types."""
    return to_arrow(as_trades(to_frame(rows).lazy(), reading).collect())


def _plain(column: SourceColumn) -> pl.Expr:
    dtype = _TYPES[column.name]
    if not column.column:
        return pl.lit(column.value, dtype=dtype)
    found = pl.col(column.column)
    if column.type == "uuid":
        return _uuid(found)
    if column.type == "binary" or str(column.type).startswith("fixed"):
        return found.cast(pl.Binary).bin.encode("hex")
    return found.to_physical().cast(dtype) if column.type in TIMESTAMPS else found.cast(dtype)


def _uuid(found: pl.Expr) -> pl.Expr:
    """A UUID as it is usually written: its 16 bytes in hexadecimal, in five groups."""
    digits = found.cast(pl.Binary).bin.encode("hex")
    groups = [digits.str.slice(start, length) for start, length in ((0, 8), (8, 4), (12, 4), (16, 4), (20, 12))]
    return pl.concat_str(groups, separator="-")


def _times(reading: Reading) -> Iterator[pl.Expr]:
    number = pl.col(reading.time.column).to_physical().cast(pl.Int64)
    if reading.unit is TimeUnit.NS:
        yield (number // reading.unit.parts).alias("timestamp")
        yield (number % reading.unit.parts).alias("nanosecond")
        return
    most = (2**63 - 1) // reading.unit.each
    fits = number.is_between(-most, most)
    yield (number if reading.unit is TimeUnit.US else pl.when(fits).then(number * reading.unit.each)).alias("timestamp")


def _side(column: SourceColumn) -> pl.Expr:
    found = _plain(column)
    if not column.buy:
        return found
    word = found.str.to_lowercase()
    return (
        pl.when(word.is_in(column.buy))
        .then(pl.lit("buy"))
        .when(word.is_in(column.sell))
        .then(pl.lit("sell"))
        .otherwise(found)
    )


def _amount(reading: Reading, name: str) -> Iterator[pl.Expr]:
    column, wanted = reading[name], reading.wanted(name)
    dtype = pl.Decimal(wanted.precision, wanted.scale)
    if exactly(column.type, wanted):
        yield pl.col(column.column).cast(dtype).alias(name)
        return
    rounding = reading.inexact is Inexact.ROUND
    if column.type == "double" and not rounding:
        taken, exact = exact_doubles(pl.col(column.column), wanted)
    else:
        number, exact = unscaled(column.column, column.type, wanted)
        taken = number if rounding else pl.when(exact).then(number)
    stated = pl.col(column.column).is_not_null()
    yield taken.reinterpret(dtype=dtype).alias(name)
    yield (stated & (taken.is_null() if rounding else ~exact)).alias(f"{name}_not_exact")
    if rounding:
        yield (stated & taken.is_not_null() & ~exact).alias(f"{name}_rounded")
    yield pl.col(column.column).cast(pl.String).alias(f"{name}_stored")
