"""The layouts of trade files: which columns there are, under which names, in which order and unit.

``k2``: our own, by header names; `examples/data` has some.
``binance-trades``, ``binance-aggtrades``: the dumps of data.binance.vision, described in the README of
github.com/binance/binance-public-data. Spot files have no header, most futures files have one (in snake case, and
without `isBestMatch`). Times are milliseconds, in spot files from 2025-01-01 on microseconds. Futures with coins as
margin (``BTCUSD_PERP``) count contracts; their trades have a column of coins, `base_qty`, their aggregates have none.
``kraken``: the downloadable time and sales of support.kraken.com ("Downloadable historical market data"): one file a
pair, ``time,price,volume``, no header, seconds, in some files with decimals.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from k2cli.trades.timestamps import UNITS, Unit


class Layout(StrEnum):
    """Name of a layout."""

    K2 = "k2"
    BINANCE_TRADES = "binance-trades"
    BINANCE_AGGTRADES = "binance-aggtrades"
    KRAKEN = "kraken"


@dataclass(frozen=True, slots=True)
class Shape:
    """What a layout's files look like.

    Attributes:
        names: Our name of a column -> the names a header may give it, as `heading` spells them; ``base`` is a quantity
            in coins, which counts where there is one.
        required: The columns (our names) that must be there.
        orders: Without a header: our names in file order, one entry for each number of fields; "" is not needed.
            Empty where a header is a must.
        contracts: The same for symbols whose quantity is a number of contracts: ``quantity`` is in coins all the same.
        units: The units a time may be in; each row is judged by itself.
        aggregates: Whether a row stands for several trades, from `first_id` to `last_id`.
        exchange: The exchange of all such files; None if there are several.
        file_name: Names of such files, as a regular expression with the group ``symbol``; None if there is no rule.
        signed: Whether a negative quantity, in a file that has no sides, is one that was sold.
    """

    names: Mapping[str, tuple[str, ...]]
    required: tuple[str, ...]
    orders: tuple[tuple[str, ...], ...] = ()
    contracts: tuple[tuple[str, ...], ...] = ()
    units: tuple[Unit, ...] = UNITS
    aggregates: bool = False
    exchange: str | None = None
    file_name: str | None = None
    signed: bool = False


_DATE = r"[0-9]{4}-[0-9]{2}"
_KRAKENS_QUOTES = "USD|EUR|GBP|JPY|CAD|CHF|AUD|AED|XBT|ETH|USDT|USDC|DAI|DOT|PYUSD|RLUSD|EURT"

_TRADE = ("trade_id", "price", "quantity", "", "timestamp", "maker")
_CONTRACTS = ("trade_id", "price", "", "quantity", "timestamp", "maker")
_AGGREGATE = ("trade_id", "price", "quantity", "first_id", "last_id", "timestamp", "maker")

SHAPES = {
    Layout.K2: Shape(
        names={
            "exchange": ("exchange",),
            "symbol": ("symbol",),
            "trade_id": ("tradeid",),
            "timestamp": ("timestamp",),
            "price": ("price",),
            "quantity": ("quantity",),
            "side": ("side",),
        },
        required=("timestamp", "price", "quantity"),
        signed=True,
    ),
    Layout.BINANCE_TRADES: Shape(
        names={
            "trade_id": ("id",),
            "price": ("price",),
            "quantity": ("qty",),
            "base": ("baseqty",),
            "timestamp": ("time",),
            "maker": ("isbuyermaker",),
        },
        required=("trade_id", "price", "quantity", "timestamp", "maker"),
        orders=(_TRADE, (*_TRADE, "")),
        contracts=(_CONTRACTS,),
        file_name=rf"(?P<symbol>[^-]+)-trades-{_DATE}",
        units=("ms", "us"),
    ),
    Layout.BINANCE_AGGTRADES: Shape(
        names={
            "trade_id": ("aggtradeid",),
            "price": ("price",),
            "quantity": ("quantity",),
            "first_id": ("firsttradeid",),
            "last_id": ("lasttradeid",),
            "timestamp": ("transacttime",),
            "maker": ("isbuyermaker",),
        },
        required=("trade_id", "price", "quantity", "timestamp", "maker"),
        orders=(_AGGREGATE, (*_AGGREGATE, "")),
        aggregates=True,
        file_name=rf"(?P<symbol>[^-]+)-aggTrades-{_DATE}",
        units=("ms", "us"),
    ),
    Layout.KRAKEN: Shape(
        names={
            "timestamp": ("time", "timestamp"),
            "price": ("price",),
            "quantity": ("volume", "amount"),
        },
        required=("timestamp", "price", "quantity"),
        orders=(("timestamp", "price", "quantity"),),
        units=("s",),
        exchange="kraken",
        file_name=rf"(?P<symbol>[A-Z0-9.]+(?:{_KRAKENS_QUOTES}))\.csv",
    ),
}


def heading(text: str) -> str:
    """A header's name in lower case, without underscores and spaces, which vary between files."""
    return text.lower().replace("_", "").replace(" ", "").strip()
