"""The taker's side, as `buy` or `sell`; null where it is not known, which keeps no trade from being one."""

from collections.abc import Iterable

import polars as pl

# The buyer made the resting order, so the taker sold.
MAKER = {"true": "sell", "1": "sell", "t": "sell", "false": "buy", "0": "buy", "f": "buy"}


def taker(texts: pl.Series, buy: Iterable[str], sell: Iterable[str]) -> pl.Series:
    """The side where it is written out.

    Args:
        texts: Words; case makes no difference, and any other word means that the side is not known.
        buy: Words for a taker who bought.
        sell: Words for one who sold.
    """
    return _translated(texts, {word.lower(): side for side, words in (("buy", buy), ("sell", sell)) for word in words})


def opposite_of_buyer_maker(texts: pl.Series) -> pl.Series:
    """The side from Binance's flag ``isBuyerMaker``: true means that the taker sold."""
    return _translated(texts, MAKER)


def of_sign(quantities: pl.Series, *, signed: bool) -> pl.Series:
    """The side from the sign of a quantity: a negative one was sold.

    Args:
        quantities: Numbers as strings.
        signed: Whether the file has negative quantities, so that the positive ones were bought.
    """
    otherwise = pl.lit("buy" if signed else None, pl.String)
    return pl.select(pl.when(negative(quantities)).then(pl.lit("sell")).otherwise(otherwise)).to_series()


def negative(quantities: pl.Series) -> pl.Series:
    """Whether a quantity, a number as a string, has a minus."""
    return quantities.str.starts_with("-").fill_null(value=False)


def _translated(texts: pl.Series, words: dict[str, str]) -> pl.Series:
    return texts.str.to_lowercase().replace_strict(words, default=None, return_dtype=pl.String)
