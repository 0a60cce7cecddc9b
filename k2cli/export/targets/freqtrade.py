"""freqtrade: Feather files in the folder of an exchange, as its data handler reads them.

Columns (`OHLCV_COLUMNS`: date, open, high, low, close, volume), names of files (`_pair_data_filename`: the pair with _
for /, the timeframe; markets that settle in a coin stand in the folder futures) and format (`to_feather`, lz4) are of
https://github.com/freqtrade/freqtrade/tree/develop/freqtrade/data/history/datahandlers, see
https://www.freqtrade.io/en/stable/data-download/. A row has the time at which its window begins.
"""

import re
from collections.abc import Mapping
from pathlib import PurePath

import polars as pl
import pyarrow as pa

from engines.errors import UsageError
from k2cli.export.formats import Format
from k2cli.export.names import FileNames
from k2cli.export.series import SeriesName
from k2cli.export.shapes import Doubles
from k2cli.export.targets.target import Names, Target

_NUMBERS = ("open", "high", "low", "close", "volume")

_PAIR = re.compile(r"(?P<base>[A-Za-z0-9]+)/(?P<quote>[A-Za-z0-9]+)(:(?P<settle>[A-Za-z0-9]+))?")
_SEPARATED = re.compile(r"([A-Za-z0-9]+)[-_/ ]([A-Za-z0-9]+)")

QUOTES = ("USDT", "USDC", "FDUSD", "TUSD", "BUSD", "USD", "EUR", "GBP", "JPY", "TRY", "BRL", "BTC", "ETH", "BNB")
"""Currencies that end symbols without a separator."""

_FUTURES = {"binanceusdm": "binance"}
"""Exchanges of k2 (and ccxt) that freqtrade has as the futures of another; their pairs settle in the quote currency."""


def pair_of(series: SeriesName, pairs: Mapping[str, str]) -> str:
    """The pair that a series is to freqtrade: ``BTC/USDT``, or ``BTC/USDT:USDT`` of perpetual contracts.

    Args:
        series: The series.
        pairs: Pairs that were given, by symbol; they go before what the symbol itself tells.

    Raises:
        UsageError: The symbol tells no pair.
    """
    pair = pairs.get(series.symbol) or _told(series.symbol)
    if pair is None or not _PAIR.fullmatch(pair):
        raise UsageError(
            f"{series} tells no pair of currencies" + (f": {pair}" if pair else ""),
            hint=f"give it: --pair {series.symbol[:40]}=BASE/QUOTE",
        )
    return f"{pair}:{pair.partition('/')[2]}" if series.exchange in _FUTURES and ":" not in pair else pair


def _told(symbol: str) -> str | None:
    if _PAIR.fullmatch(symbol):
        return symbol
    if separated := _SEPARATED.fullmatch(symbol):
        return f"{separated[1]}/{separated[2]}"
    quote = max((quote for quote in QUOTES if symbol.upper().endswith(quote)), key=len, default="")
    base = symbol[: len(symbol) - len(quote)]
    return f"{base}/{symbol[len(base) :]}" if quote and base else None


def names(timeframe: str, format_: Format, pairs: Mapping[str, str]) -> Names:
    """Files of series: ``binance/BTC_USDT-1h.feather``, ``binance/futures/BTC_USDT_USDT-1h-futures.feather``."""
    exchanges, given = FileNames(), dict[PurePath, SeriesName]()

    def name(series: SeriesName) -> PurePath:
        pair = pair_of(series, pairs)
        exchange = _FUTURES.get(series.exchange, series.exchange)
        folder = PurePath(exchanges.name(exchange, owner=exchange))
        stem = f"{re.sub('[/:]', '_', pair)}-{timeframe.replace('M', 'Mo')}"
        path = folder / "futures" / f"{stem}-futures.{format_}" if ":" in pair else folder / f"{stem}.{format_}"
        other = given.setdefault(path, series)
        if other != series:
            raise UsageError(f"{other} and {series} are both {pair}", hint="choose one by --symbol and --exchange")
        return path

    return name


FREQTRADE = Target(
    name="freqtrade",
    formats=(Format.FEATHER,),
    shape=Doubles(
        fields=pa.schema([("date", pa.timestamp("ms", tz="UTC")), *((name, pa.float64()) for name in _NUMBERS)]),
        time=lambda: pl.col("window_start"),
        numbers=_NUMBERS,
    ),
    usage="freqtrade list-data --datadir {path} --show-timerange",
    names=names,
    folder=True,
)
