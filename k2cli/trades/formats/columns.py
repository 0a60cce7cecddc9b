"""Typed columns, as Parquet and Arrow have them, as rows of text."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl
import pyarrow as pa
from pyarrow import compute

from k2cli.trades.errors import NotTrades
from k2cli.trades.formats.doubles import decimal_texts, time_texts, whole_texts
from k2cli.trades.formats.shown import Shown
from k2cli.trades.rejects import INEXACT, Reject
from k2cli.trades.rows import TextRows

_AMOUNTS = {"price", "quantity", "base"}


@dataclass(frozen=True, slots=True)
class ColumnReader:
    """Reads batches of rows.

    Attributes:
        file: The file, for messages.
        wanted: Our names of columns by theirs.
    """

    file: str
    wanted: Mapping[str, str]

    def rows(self, batch: pa.RecordBatch, first: int, bytes_read: int) -> TextRows:
        """A batch as text; `first` is the number of its first row.

        Raises:
            NotTrades: If a column has a type that is not exact, such as a float of 32 bits.
        """
        columns = {name: batch.column(theirs) for theirs, name in self.wanted.items()}
        frame = pl.DataFrame({name: self._texts(column, name) for name, column in columns.items()})
        frame = frame.with_columns(pl.col([name for name in columns if _is_text(columns[name])]).str.strip_chars())
        lines = pl.int_range(first, first + frame.height, eager=True)
        doubles = [name for name, column in columns.items() if pa.types.is_float64(column.type)]
        rejects: tuple[Reject, ...] = ()
        if doubles:
            frame, lines, rejects = self._without_inexact(frame, lines, doubles)
        told = sum(frame[name].count() for name in doubles if name in _AMOUNTS)
        return TextRows(frame, lines, Shown(frame, lines), rejects, bytes_read, doubles=told)

    def _texts(self, column: pa.Array, name: str) -> pl.Series:
        if pa.types.is_dictionary(column.type):
            column = column.dictionary_decode()
        if pa.types.is_float64(column.type):
            x = pl.Series(pl.from_arrow(column))
            return decimal_texts(x) if name in _AMOUNTS else time_texts(x) if name == "timestamp" else whole_texts(x)
        texts = exact_texts(column)
        if texts is None:
            theirs = next(theirs for theirs, ours in self.wanted.items() if ours == name)
            what = "and a float is not exact" if pa.types.is_floating(column.type) else "which is no type for it"
            raise NotTrades(
                f"{self.file}: column {theirs} is {column.type}, {what}", hint="write it as a decimal or a string"
            )
        return texts

    def _without_inexact(
        self, frame: pl.DataFrame, lines: pl.Series, doubles: list[str]
    ) -> tuple[pl.DataFrame, pl.Series, tuple[Reject, ...]]:
        """Reject rows with a double that may stand for any of several decimals."""
        faults = frame.select(
            pl.coalesce(pl.when(pl.col(name) == INEXACT).then(pl.lit(f"{name}_{INEXACT}")) for name in doubles)
        ).to_series()
        if not faults.count():
            return frame, lines, ()
        shown = Shown(frame, lines)
        spoilt = zip(lines.filter(faults.is_not_null()), faults.drop_nulls(), strict=True)
        rejects = tuple(Reject(self.file, line, reason, shown(line)) for line, reason in spoilt)
        return frame.filter(faults.is_null()), lines.filter(faults.is_null()), rejects


def _is_text(column: pa.Array) -> bool:
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def exact_texts(column: pa.Array) -> pl.Series | None:
    """A column as strings; None if its type is not exact, or none for a value of a trade.

    Raises:
        pyarrow.ArrowInvalid: Its strings are no UTF-8.
    """
    kind = column.type
    if pa.types.is_timestamp(kind):
        column = compute.cast(column, pa.int64())
    elif pa.types.is_decimal256(kind):
        column = _narrowed(column)
    elif pa.types.is_decimal(kind):
        column = compute.cast(column, pa.decimal128(38, kind.scale))
    elif pa.types.is_null(kind):
        return pl.repeat(None, len(column), dtype=pl.String, eager=True)
    elif _is_text(column):
        column.validate(full=True)
    elif not (pa.types.is_integer(kind) or pa.types.is_boolean(kind)):
        return None
    # Polars spells small decimals out where Arrow would write an exponent.
    return pl.Series(pl.from_arrow(column)).cast(pl.String)


def _narrowed(column: pa.Array) -> pa.Array:
    try:
        return compute.cast(column, pa.decimal128(38, column.type.scale))
    except pa.ArrowInvalid:
        return compute.cast(column, pa.string())


def first_rows(batch: pa.RecordBatch) -> tuple[tuple[str, ...], ...]:
    """Rows as text to look at; what has no text is empty."""
    columns = [_looked_at(column) for column in batch.columns]
    return tuple(zip(*(column.fill_null("").to_list() for column in columns), strict=True))


def _looked_at(column: pa.Array) -> pl.Series:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_floating(column.type):
        return pl.Series(pl.from_arrow(compute.cast(column, pa.float64()))).cast(pl.String)
    texts = exact_texts(column)
    return pl.repeat("", len(column), dtype=pl.String, eager=True) if texts is None else texts
