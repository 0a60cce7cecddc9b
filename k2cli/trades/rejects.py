"""Rejected rows: their line numbers and the reasons."""

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from engines.domain.decimals import Decimals

TEXT_LIMIT = 1000
"""Characters of a rejected line that are kept: a report stays readable, and memory bounded."""

WRONG_NUMBER_OF_FIELDS = "wrong_number_of_fields"
BROKEN_QUOTES = "broken_quotes"
OUT_OF_RANGE = "out_of_range"
UNFIT = ("too_large", "too_many_decimals")
"""The faults of a number that is one, and would fit the table in another unit; reason codes end with them."""

IN_CONTRACTS = "quantity_in_contracts"
"""The reason of a trade whose quantity is a number of contracts of an unknown size."""

INEXACT = "inexact"
"""A double that may stand for any of several decimals; reason codes end with it."""

_LEFT_OUT = (*UNFIT, INEXACT, OUT_OF_RANGE, "quantity_negative", IN_CONTRACTS)


def is_left_out(reason: str) -> bool:
    """Whether a rejected row may well be a trade; the others are none: malformed, without a price or a quantity."""
    return reason.endswith(_LEFT_OUT)


@dataclass(frozen=True, slots=True)
class Reject:
    """One row that was left out.

    Attributes:
        file: The file's path; for a member of a zip archive ``path!member``.
        line: The physical line in the decompressed content, from 1; in Parquet the row, from 1.
        reason: Short code: ``price_negative``, ``timestamp_out_of_range``, ``wrong_number_of_fields``...
        text: The line as it stands in the file, at most 1000 characters of it.
    """

    file: str
    line: int
    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """A column that was read.

    Attributes:
        values: The values, null where the text has none.
        faults: Position in the column -> reason code, for each row this column spoils.
        needs: The decimals that hold all numbers that do not fit the table; None where all of them fit.
        rounded: Number of values that are quotients, and had to be rounded.
    """

    values: pl.Series
    faults: dict[int, str]
    needs: Decimals | None = None
    rounded: int = 0


def first_faults(columns: Iterable[Parsed]) -> dict[int, str]:
    """One reason for each row: that of the first faulty column."""
    faults: dict[int, str] = {}
    for column in columns:
        faults = column.faults | faults
    return faults


def filled(values: pl.Series, column: str) -> Parsed:
    """A text column in which null and empty texts are faults."""
    empty = (values.is_null() | (values == "")).arg_true()
    return Parsed(values, dict.fromkeys(empty.to_list(), f"{column}_empty"))
