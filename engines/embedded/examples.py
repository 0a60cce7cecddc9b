"""Conversion of broken rows of frames to examples for reports."""

import polars as pl

from engines.domain.candle import CANDLE_MEASURES
from engines.domain.findings import MOST_EXAMPLES, Broken, broken_row, differing_row

EXPECTED = "_expected"
"""Suffix of the columns with expected values, where candles are joined with the expected ones."""


def differs() -> pl.Expr:
    """Whether a candle differs from the expected one in any measure."""
    return pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}{EXPECTED}")) for name in CANDLE_MEASURES)


def differences(wrong: pl.DataFrame) -> list[Broken]:
    """Examples of candles that differ from the expected ones; each names the measures that differ."""
    examples = []
    for row in wrong.head(MOST_EXAMPLES).iter_rows(named=True):
        stored = {name: value for name, value in row.items() if not name.endswith(EXPECTED)}
        examples.append(differing_row(stored, {name: row[f"{name}{EXPECTED}"] for name in CANDLE_MEASURES}))
    return examples


def examples_of(rows: pl.DataFrame, problem: str) -> list[Broken]:
    """Examples of candles that have the same problem."""
    return [broken_row(row, problem) for row in rows.head(MOST_EXAMPLES).iter_rows(named=True)]
