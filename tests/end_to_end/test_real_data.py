"""The candles of real trades from two exchanges equal those that the exchanges themselves published.

Each series of trades begins and ends within a minute; the exchange's candle of such a minute is not in the files. All
other minutes are compared, in every digit.
"""

import csv
import json
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from pathlib import Path

import pytest

from engines.domain.timeframe import D1, DEFAULT_TIMEFRAMES, H1, M1, M5, M30, Timeframe, to_instant
from engines.testing import oracle

Run = Callable[..., subprocess.CompletedProcess[str]]
Row = dict[str, str]
Key = tuple[str, str, int]

DATA = Path(__file__).parents[2] / "examples" / "data"
COARSER = [M5, M30, H1, D1]
SERIES = 20


@dataclass(frozen=True)
class Exchange:
    """An exchange's pair of files, and the decimal shifts that make all their numbers fit decimal(18,8)."""

    name: str
    trades: int
    price_shift: int
    quantity_shift: int

    def __str__(self) -> str:
        return self.name


PHEMEX = Exchange("PHEMEX", 10_025, price_shift=-4, quantity_shift=-4)
HITBTC = Exchange("HITBTC", 1_000, price_shift=2, quantity_shift=0)
EXCHANGES = (PHEMEX, HITBTC)


@dataclass(frozen=True)
class Bar:
    """The measures of a candle that exchanges publish; Phemex does not publish the quote volume."""

    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal
    quote_volume: Decimal | None


@dataclass(frozen=True)
class Market:
    """The output of the commands: the reports of the imports, and the candles as `show` prints them."""

    imports: Mapping[str, Mapping[str, object]]
    shown: Mapping[Timeframe, list[Row]]

    def bars(self, timeframe: Timeframe) -> dict[Key, Bar]:
        """The candles, reduced to the measures that the exchanges publish."""
        return {
            key_of(row): Bar(
                open=Decimal(row["open_price"]),
                high=Decimal(row["high_price"]),
                low=Decimal(row["low_price"]),
                close=Decimal(row["close_price"]),
                volume=Decimal(row["volume"]),
                quote_volume=Decimal(row["quote_volume"]) if row["exchange"] == HITBTC.name else None,
            )
            for row in self.shown[timeframe]
        }


@pytest.fixture(scope="module")
def market(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Market:
    """The real trades, imported and aggregated in a folder of their own."""
    folder = tmp_path_factory.mktemp("market")

    def k2(*arguments: str) -> str:
        ran = run(*arguments, cwd=folder)

        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    k2("ohlcv", "create-tables", "--with-trades")
    imports = {}
    for exchange in EXCHANGES:
        file = DATA / f"{exchange.name.lower()}_trades.csv"
        shifts = f"--price-shift {exchange.price_shift} --quantity-shift {exchange.quantity_shift}"
        imports[exchange.name] = json.loads(
            k2("trades", "import", str(file), "--layout", "k2", *shifts.split(), "--output", "json")
        )
    k2("ohlcv", "aggregate")
    shown = {
        t: list(csv.DictReader(k2("ohlcv", "show", t.name, "--output", "csv").splitlines())) for t in DEFAULT_TIMEFRAMES
    }
    return Market(imports, shown)


def rows_of(exchange: Exchange, kind: str) -> list[Row]:
    with (DATA / f"{exchange.name.lower()}_{kind}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def key_of(row: Row) -> Key:
    return row["symbol"], row["exchange"], instant(row["window_start"])


def instant(text: str) -> int:
    return to_instant(datetime.fromisoformat(text))


def published(exchange: Exchange) -> dict[Key, Bar]:
    """The exchange's own 1m candles, with numbers shifted like those of the trades; flat candles have no volume."""
    price, quantity = exchange.price_shift, exchange.quantity_shift
    return {
        (row["symbol"], row["exchange"], int(row["window_start"])): Bar(
            open=Decimal(row["open"]).scaleb(price),
            high=Decimal(row["high"]).scaleb(price),
            low=Decimal(row["low"]).scaleb(price),
            close=Decimal(row["close"]).scaleb(price),
            volume=Decimal(row["volume"]).scaleb(quantity),
            quote_volume=Decimal(row["quote_volume"]).scaleb(price + quantity) if exchange is HITBTC else None,
        )
        for row in rows_of(exchange, "candles_1m")
    }


def traded_minutes(exchange: Exchange) -> dict[Key, Bar]:
    """The exchange's own 1m candles with trades."""
    return {key: bar for key, bar in published(exchange).items() if bar.volume > 0}


def edges() -> set[Key]:
    """The minutes in which a series begins or ends; the files have only a part of their trades."""
    found = set()
    trades = [row for exchange in EXCHANGES for row in rows_of(exchange, "trades")]
    for (symbol, exchange), series in groupby(trades, key=lambda row: (row["symbol"], row["exchange"])):
        times = [M1.floor(int(row["timestamp"])) for row in series]
        found |= {(symbol, exchange, min(times)), (symbol, exchange, max(times))}
    return found


def merged(minutes: Mapping[Key, Bar], timeframe: Timeframe) -> dict[Key, Bar]:
    """Coarser candles, merged from 1m candles without using the code under test."""
    ordered = sorted(minutes.items())
    windows: Iterator[tuple[Key, Iterable[tuple[Key, Bar]]]] = groupby(
        ordered, key=lambda m: window_of(m[0], timeframe)
    )
    return {window: joined([bar for _, bar in group]) for window, group in windows}


def window_of(minute: Key, timeframe: Timeframe) -> Key:
    symbol, exchange, start = minute
    return symbol, exchange, start - start % timeframe.duration


def joined(bars: list[Bar]) -> Bar:
    quotes = [bar.quote_volume for bar in bars if bar.quote_volume is not None]
    return Bar(
        open=bars[0].open,
        high=max(bar.high for bar in bars),
        low=min(bar.low for bar in bars),
        close=bars[-1].close,
        volume=sum((bar.volume for bar in bars), Decimal(0)),
        quote_volume=sum(quotes, Decimal(0)) if quotes else None,
    )


def test_no_trade_is_left_out(market: Market) -> None:
    for exchange in EXCHANGES:
        report = market.imports[exchange.name]

        assert (report["imported"], report["rejected"]) == (exchange.trades, {})
        assert (report["price_shift"], report["quantity_shift"]) == (exchange.price_shift, exchange.quantity_shift)


@pytest.mark.parametrize(("exchange", "minutes", "flat"), [(PHEMEX, 2121, 354), (HITBTC, 428, 0)], ids=str)
def test_each_minute_is_the_one_that_the_exchange_published(
    market: Market, exchange: Exchange, minutes: int, flat: int
) -> None:
    """Open, high, low, close and volume are compared; for HitBTC the quote volume, too.

    A flat minute of the exchange has no candle here. The exchange's file lacks only the minutes at the edges of series.
    """
    theirs = traded_minutes(exchange)
    ours = {key: bar for key, bar in market.bars(M1).items() if key[1] == exchange.name}

    assert len(theirs) == minutes
    assert len(published(exchange)) == minutes + flat
    assert {key: ours.get(key) for key in theirs} == theirs
    assert ours.keys() - theirs.keys() == {edge for edge in edges() if edge[1] == exchange.name}


@pytest.mark.parametrize(("timeframe", "whole"), list(zip(COARSER, [844, 359, 295, 85], strict=True)), ids=str)
def test_coarser_candles_are_merged_from_the_minutes_of_the_exchanges(
    market: Market, timeframe: Timeframe, whole: int
) -> None:
    """Windows in which no series begins or ends (`whole` of them) are merged from the exchanges' candles alone.

    For the others, the one or two minutes that the exchange's file lacks are taken from our own candles.
    """
    theirs = {key: bar for exchange in EXCHANGES for key, bar in traded_minutes(exchange).items()}
    cut = edges()
    at_edges = {window_of(edge, timeframe) for edge in cut}
    from_theirs = {key: bar for key, bar in merged(theirs, timeframe).items() if key not in at_edges}
    lacking = {key: bar for key, bar in market.bars(M1).items() if key in cut}

    ours = market.bars(timeframe)

    assert len(lacking) == 2 * SERIES
    assert {key: bar for key, bar in ours.items() if key not in at_edges} == from_theirs
    assert len(from_theirs) == whole
    assert ours == merged(theirs | lacking, timeframe)


@pytest.mark.parametrize("timeframe", DEFAULT_TIMEFRAMES, ids=str)
def test_every_candle_is_the_one_that_the_definition_gives(market: Market, timeframe: Timeframe) -> None:
    """All measures are compared, including those that no exchange publishes: trade count, vwap, what takers bought."""
    trades = [trade_of(row, exchange) for exchange in EXCHANGES for row in rows_of(exchange, "trades")]

    candles = oracle.candles(trades, timeframe.duration)

    assert (
        sorted(map(candle_of, market.shown[timeframe]), key=lambda c: (c.exchange, c.symbol, c.window_start)) == candles
    )


def trade_of(row: Row, exchange: Exchange) -> oracle.Trade:
    return oracle.Trade(
        exchange=row["exchange"],
        symbol=row["symbol"],
        timestamp=int(row["timestamp"]),
        message_id=row["trade_id"],
        price=Decimal(row["price"]).scaleb(exchange.price_shift),
        quantity=Decimal(row["quantity"]).scaleb(exchange.quantity_shift),
        side=row["side"],
        source_sequence=int(row["trade_id"]),
    )


def candle_of(row: Row) -> oracle.Candle:
    return oracle.Candle(
        exchange=row["exchange"],
        symbol=row["symbol"],
        window_start=instant(row["window_start"]),
        window_end=instant(row["window_end"]),
        open=Decimal(row["open_price"]),
        high=Decimal(row["high_price"]),
        low=Decimal(row["low_price"]),
        close=Decimal(row["close_price"]),
        volume=Decimal(row["volume"]),
        trade_count=int(row["trade_count"]),
        vwap=Decimal(row["vwap"]),
        quote_volume=Decimal(row["quote_volume"]),
        buy_volume=Decimal(row["buy_volume"]),
        buy_quote_volume=Decimal(row["buy_quote_volume"]),
    )


def test_the_import_tells_what_does_not_fit_and_how_it_would(run: Run, tmp_path: Path) -> None:
    file = str(DATA / "hitbtc_trades.csv")
    other = tmp_path / "other"  # a series keeps the shift of its first import
    for folder in (tmp_path, other):
        folder.mkdir(exist_ok=True)
        (folder / "k2.toml").touch()
        run("ohlcv", "create-tables", "--with-trades", cwd=folder)

    unfit = run("trades", "import", file, cwd=tmp_path)
    strict = run("trades", "import", file, "--strict", cwd=tmp_path)
    beyond = run("trades", "import", file, "--quantity-shift", "-19", cwd=tmp_path)
    allowed = run("trades", "import", file, "--allow-rejects", cwd=tmp_path)
    shifted = run("trades", "import", file, "--price-shift", "2", cwd=other)

    assert unfit.returncode == 3
    assert "price_too_many_decimals 467" in unfit.stderr
    assert "--price-shift" in unfit.stderr
    assert "--quantity-shift" not in unfit.stderr
    assert "467 of them are trades, left out" in allowed.stdout
    assert "10^" not in allowed.stdout
    assert strict.returncode == 2
    assert "--price-shift" in strict.stderr
    assert "1,000 trades imported" in shifted.stdout
    assert "prices times 10^2" in shifted.stdout
    assert "-shift" not in shifted.stdout
    assert (beyond.returncode, beyond.stdout) == (2, "")
    assert "--quantity-shift" in beyond.stderr
