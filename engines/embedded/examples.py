"""Broken rows of frames as a report shows them."""

import polars as pl

from engines.domain.candle import CANDLE_MEASURES
from engines.domain.findings import MOST_EXAMPLES, Broken, broken_row, differing_row

EXPECTED = "_expected"
"""The suffix of what a column should hold, where candles were joined with others."""


def differs() -> pl.Expr:
    """Whether a candle has another measure than expected."""
    return pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}{EXPECTED}")) for name in CANDLE_MEASURES)


def differences(wrong: pl.DataFrame) -> list[Broken]:
    """Candles that differ, column by column."""
    examples = []
    for row in wrong.head(MOST_EXAMPLES).iter_rows(named=True):
        stored = {name: value for name, value in row.items() if not name.endswith(EXPECTED)}
        examples.append(differing_row(stored, {name: row[f"{name}{EXPECTED}"] for name in CANDLE_MEASURES}))
    return examples


def examples_of(rows: pl.DataFrame, problem: str) -> list[Broken]:
    """Candles that share a problem."""
    return [broken_row(row, problem) for row in rows.head(MOST_EXAMPLES).iter_rows(named=True)]
