"""Candles as text: csv, JSON lines and JSON, with the digits and times of the commands' own output."""

from collections.abc import Callable
from io import BytesIO
from typing import cast

import polars as pl
import pyarrow as pa

from engines.errors import UsageError

_PLAIN = (pl.String, pl.Categorical, pl.Boolean, pl.Decimal, pl.Datetime, pl.Date)

_SECOND = "%Y-%m-%dT%H:%M:%SZ"
_MICROSECOND = "%Y-%m-%dT%H:%M:%S.%6fZ"

Render = Callable[[pl.DataFrame, bool], bytes]
"""Rows as bytes; the second argument tells whether they are the first ones."""


def to_frame(table: pa.Table) -> pl.DataFrame:
    """A table as a frame of Polars."""
    return cast("pl.DataFrame", pl.from_arrow(table, rechunk=False))


def refuse_nested(schema: pa.Schema) -> None:
    """Refuse columns whose values are no plain text, number or time.

    Raises:
        UsageError: There is such a column; candle tables of ours have none.
    """
    for name, dtype in to_frame(schema.empty_table()).schema.items():
        if not dtype.is_numeric() and not isinstance(dtype, _PLAIN):
            raise UsageError(
                f"column {name} holds {dtype}, which is not written as text",
                hint="export to a file in Parquet or Feather",
            )


def csv(frame: pl.DataFrame, first: bool) -> bytes:
    """Rows as csv, below a header with the names of the columns if they are the first ones."""
    buffer = BytesIO()
    frame.with_columns(_times(frame)).write_csv(buffer, include_header=first)
    return buffer.getvalue()


def ndjson(frame: pl.DataFrame, first: bool) -> bytes:  # noqa: ARG001 - what all of them take
    """Rows as lines with a JSON object each."""
    decimals = (pl.col(name).cast(pl.String) for name, dtype in frame.schema.items() if isinstance(dtype, pl.Decimal))
    dates = (pl.col(name).cast(pl.String) for name, dtype in frame.schema.items() if dtype == pl.Date)
    buffer = BytesIO()
    frame.with_columns(*_times(frame), *decimals, *dates).write_ndjson(buffer)
    return buffer.getvalue()


def json_items(frame: pl.DataFrame, first: bool) -> bytes:
    """Rows as the next items of a JSON array."""
    lines = ndjson(frame, first).removesuffix(b"\n").replace(b"\n", b",\n")
    return (b"" if first or not lines else b",\n") + lines


def _times(frame: pl.DataFrame) -> list[pl.Series]:
    """The columns of times as text: ISO 8601 with Z, and a fraction of a second only where there is one."""
    return [_time(frame[name]) for name, dtype in frame.schema.items() if isinstance(dtype, pl.Datetime)]


def _time(instants: pl.Series) -> pl.Series:
    """Instants as text. Most are whole seconds, and those of a run are equal."""
    if instants.n_unique() * 4 < len(instants):
        known = instants.unique()
        return instants.replace_strict(known, _written(known), return_dtype=pl.String).alias(instants.name)
    return _written(instants)


def _written(instants: pl.Series) -> pl.Series:
    fraction = instants.dt.microsecond() != 0
    text = instants.dt.strftime(_SECOND)
    if not fraction.any():
        return text
    return (
        pl.select(pl.when(fraction).then(instants.dt.strftime(_MICROSECOND)).otherwise(text))
        .to_series()
        .alias(instants.name)
    )
