"""Broken rows as a report shows them: which, what is wrong, and their values as text."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import polars as pl

from engines.domain.findings import MOST_EXAMPLES, Broken
from engines.domain.tables import CANDLE_MEASURES
from engines.domain.timeframe import isoformat, to_instant

EXPECTED = "_expected"
"""The suffix of what a column should hold, where candles were joined with others."""


def differs() -> pl.Expr:
    """Whether a candle has another measure than expected."""
    return pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}{EXPECTED}")) for name in CANDLE_MEASURES)


def differences(wrong: pl.DataFrame) -> list[Broken]:
    """Candles that differ, column by column."""
    examples = []
    for row in wrong.head(MOST_EXAMPLES).iter_rows(named=True):
        differing = [n for n in CANDLE_MEASURES if row[n] != row[f"{n}{EXPECTED}"]]
        problem = "; ".join(f"{n} is {_text(row[n])}, not {_text(row[f'{n}{EXPECTED}'])}" for n in differing)
        examples.append(_broken({n: v for n, v in row.items() if not n.endswith(EXPECTED)}, problem))
    return examples


def examples_of(rows: pl.DataFrame, problem: str) -> list[Broken]:
    """Candles that share a problem."""
    return [_broken(row, problem) for row in rows.head(MOST_EXAMPLES).iter_rows(named=True)]


def _broken(row: dict[str, Any], problem: str) -> Broken:
    return Broken(
        exchange=str(row["exchange"]),
        symbol=str(row["symbol"]),
        window_start=None if row["window_start"] is None else to_instant(row["window_start"]),
        problem=problem,
        values=texts(row),
    )


def texts(row: dict[str, Any]) -> dict[str, str]:
    """A row for people."""
    return {name: _text(value) for name, value in row.items()}


def _text(value: Any) -> str:  # noqa: ANN401 - a cell of any column
    if value is None:
        return "null"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return isoformat(to_instant(value)) if isinstance(value, datetime) else str(value)
