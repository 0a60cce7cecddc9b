"""The taker's side, as `buy` or `sell`."""

import polars as pl

from k2cli.trades.rejects import Parsed

_TAKER = {"buy": "buy", "b": "buy", "sell": "sell", "s": "sell"}

# The buyer made the resting order, so the taker sold.
_MAKER = {"true": "sell", "1": "sell", "t": "sell", "false": "buy", "0": "buy", "f": "buy"}


def taker(texts: pl.Series) -> Parsed:
    """The side where it is written out; empty and null mean that it is not known."""
    return _translated(texts.replace("", None), _TAKER, optional=True)


def opposite_of_buyer_maker(texts: pl.Series) -> Parsed:
    """The side from Binance's flag ``isBuyerMaker``: true means that the taker sold."""
    return _translated(texts, _MAKER, optional=False)


def _translated(texts: pl.Series, words: dict[str, str], *, optional: bool) -> Parsed:
    sides = texts.str.to_lowercase().replace_strict(words, default=None, return_dtype=pl.String)
    unknown = sides.is_null() & texts.is_not_null() if optional else sides.is_null()
    return Parsed(sides, dict.fromkeys(unknown.arg_true().to_list(), "side_unknown"))
