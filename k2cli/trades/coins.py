"""Quantities as files count them, turned into coins: contracts of a size, or units of the quote currency."""

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from k2cli.trades.decimals import amounts
from k2cli.trades.layouts import Layout
from k2cli.trades.rejects import IN_CONTRACTS, Parsed
from k2cli.trades.schema import Digits

_COLUMN = "quantity"
_TOO_LARGE = f"{_COLUMN}_too_large"
_MOST = 10**38
"""128-bit integers hold more."""


@dataclass(frozen=True, slots=True)
class Coins:
    """Counts coins.

    Attributes:
        layout: Says what a quantity counts.
        digits: The numbers that the table of trades holds.
        shift: Places by which the decimal point of each quantity moves to the right.
    """

    layout: Layout
    digits: Digits
    shift: int

    def of(self, texts: pl.Series, price: pl.Series, exchange: pl.Series, symbol: pl.Series) -> Parsed:
        """Read a column of quantities.

        Args:
            texts: Numbers as strings, without a sign.
            price: The prices, unscaled; null where there is none.
            exchange: The exchanges.
            symbol: The symbols.

        Returns:
            Unscaled values, null where a fault is. What counts the quote currency is divided by the price and rounded
            half up to the places of the table.
        """
        size = self.layout.contract_coins.as_tuple()
        factor, places = int("".join(map(str, size.digits))), -int(size.exponent)
        counted = amounts(texts, _COLUMN, self.digits.quantity, self.shift - places)
        rows = pl.DataFrame(
            {
                "worth": counted.values.cast(pl.Int128),
                "price": price.cast(pl.Int128),
                "inverse": _by_series(exchange, symbol, lambda _, symbol: self.layout.is_inverse(symbol)),
                "unknown": _by_series(exchange, symbol, self.layout.counts_contracts),
            }
        ).with_columns(pl.col("worth") * factor)
        faults = _faults(rows, pl.col("unknown") & ~pl.col("inverse"), IN_CONTRACTS) | counted.faults
        ten = 10**self.digits.price.scale
        faults = _faults(rows, pl.col("inverse") & (pl.col("worth") > _MOST // (2 * ten)), _TOO_LARGE) | faults
        divided = (2 * pl.col("worth") * ten + pl.col("price")) // (2 * pl.col("price"))
        rows = rows.with_columns(coins=pl.when("inverse").then(divided).otherwise("worth"))
        faults = _faults(rows, pl.col("coins") > self.digits.quantity.largest, _TOO_LARGE) | faults
        faults = _faults(rows, pl.col("coins") == 0, f"{_COLUMN}_zero") | faults
        sound = ~pl.int_range(rows.height, eager=True).is_in(pl.Series(list(faults), dtype=pl.Int64).implode())
        coins = rows.select(pl.when(sound).then("coins")).to_series().cast(counted.values.dtype)
        return Parsed(
            coins, faults, counted.needs, rounded=int(rows.select(pl.col("inverse") & sound).to_series().sum())
        )


def _by_series(exchange: pl.Series, symbol: pl.Series, answer: Callable[[str | None, str | None], bool]) -> pl.Series:
    """An answer for each row, asked once a series."""
    rows = pl.DataFrame({"exchange": exchange, "symbol": symbol})
    series = rows.unique()
    answers = pl.Series([answer(*names) for names in series.iter_rows()], dtype=pl.Boolean)
    told = series.with_columns(answer=answers)
    return rows.join(told, on=["exchange", "symbol"], how="left", nulls_equal=True, maintain_order="left")["answer"]


def _faults(rows: pl.DataFrame, spoilt: pl.Expr, reason: str) -> dict[int, str]:
    found = rows.select(spoilt.fill_null(value=False)).to_series().arg_true()
    return dict.fromkeys(found.to_list(), reason)
