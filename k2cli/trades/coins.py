"""Quantities as files count them, turned into coins: contracts of a size, or units of the quote currency."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

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
        terms = self.layout.quantity
        sizes = _by_series(exchange, symbol, lambda *names: _text(terms.worth(*names)), pl.String)
        counted = self._counted(texts, sizes)
        rows = pl.DataFrame(
            {
                "worth": counted.values,
                "price": price.cast(pl.Int128),
                "inverse": _by_series(exchange, symbol, terms.is_inverse, pl.Boolean),
            }
        )
        ten = 10**self.digits.price.scale
        faults = _faults(rows, pl.col("inverse") & (pl.col("worth") > _MOST // (2 * ten)), _TOO_LARGE) | counted.faults
        divided = (2 * pl.col("worth") * ten + pl.col("price")) // (2 * pl.col("price"))
        rows = rows.with_columns(coins=pl.when("inverse").then(divided).otherwise("worth"))
        faults = _faults(rows, pl.col("coins") > self.digits.quantity.largest, _TOO_LARGE) | faults
        faults = _faults(rows, pl.col("coins") == 0, f"{_COLUMN}_zero") | faults
        sound = ~pl.int_range(rows.height, eager=True).is_in(pl.Series(list(faults), dtype=pl.Int64).implode())
        coins = rows.select(pl.when(sound).then("coins")).to_series().cast(self._type)
        return Parsed(
            coins, faults, counted.needs, rounded=int(rows.select(pl.col("inverse") & sound).to_series().sum())
        )

    @property
    def _type(self) -> pl.DataType:
        return amounts(pl.Series([], dtype=pl.String), _COLUMN, self.digits.quantity).values.dtype

    def _counted(self, texts: pl.Series, sizes: pl.Series) -> Parsed:
        """What the quantities are worth: each times the size of its contract, which is null where it is not known."""
        unknown = dict.fromkeys(sizes.is_null().arg_true().to_list(), IN_CONTRACTS)
        found = Parsed(pl.Series([None] * len(texts), dtype=pl.Int128), unknown)
        for size in sizes.drop_nulls().unique().to_list():
            rows = (sizes == size).fill_null(value=False).arg_true()
            some = self._worth(texts.gather(rows), Decimal(size))
            found.faults.update({rows[place]: reason for place, reason in some.faults.items()})
            needs = some.needs.joined(found.needs or some.needs) if some.needs else found.needs
            found = Parsed(found.values.scatter(rows, some.values), found.faults, needs)
        return found

    def _worth(self, texts: pl.Series, size: Decimal) -> Parsed:
        factor, places = int("".join(map(str, size.as_tuple().digits))), -int(size.as_tuple().exponent)
        counted = amounts(texts, _COLUMN, self.digits.quantity, self.shift - places)
        rows = pl.DataFrame({"counted": counted.values.cast(pl.Int128)})
        faults = _faults(rows, pl.col("counted") > _MOST // factor, _TOO_LARGE) | counted.faults
        worth = pl.when(pl.col("counted") <= _MOST // factor).then(pl.col("counted") * factor)
        return Parsed(rows.select(worth).to_series(), faults, counted.needs)


def _text(size: Decimal | None) -> str | None:
    return None if size is None else f"{size:f}"


def _by_series(
    exchange: pl.Series, symbol: pl.Series, answer: Callable[[str | None, str | None], object], kind: type[pl.DataType]
) -> pl.Series:
    """An answer for each row, asked once a series."""
    rows = pl.DataFrame({"exchange": exchange, "symbol": symbol})
    series = rows.unique()
    answers = pl.Series([answer(*names) for names in series.iter_rows()], dtype=kind)
    told = series.with_columns(answer=answers)
    return rows.join(told, on=["exchange", "symbol"], how="left", nulls_equal=True, maintain_order="left")["answer"]


def _faults(rows: pl.DataFrame, spoilt: pl.Expr, reason: str) -> dict[int, str]:
    found = rows.select(spoilt.fill_null(value=False)).to_series().arg_true()
    return dict.fromkeys(found.to_list(), reason)
