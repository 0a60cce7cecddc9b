"""Files as exchanges and tools write them: what was once miscounted gives the right candle, to the last digit.

All cases are imported into one lake, each under a symbol of its own, and aggregated by one run.
"""

# ruff: noqa: ANN401 - the fixtures' types live in conftest.py, which importlib mode lets nobody import

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.documents import ROOT, blocks

Files = Mapping[str, str | Mapping[str, str]]

K2 = "exchange,symbol,trade_id,timestamp,price,quantity,side\n"
PAGE = "timestamp,price,quantity\n"
COIN_M = "id,price,qty,base_qty,time,is_buyer_maker\n"
COIN_M_AGGREGATES = "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker\n"
PLACES = {"open_price": 8, "high_price": 8, "low_price": 8, "close_price": 8, "volume": 8, "trade_count": 0}
PLACES |= {"vwap": 8, "quote_volume": 16, "buy_volume": 8}
"""The measures of a candle that are told for each case, with the number of decimals that they have."""
ARCHIVES = "ETHUSDT-trades-2024-05-02.zip SOLUSDT-trades-2024-05-02.zip --layout binance-trades --exchange X"
T = "1714644000"
"""2024-05-02T10:00:00Z, in seconds."""


@dataclass(frozen=True)
class Case:
    """Files of one kind.

    Attributes:
        kind: What is the matter with them.
        files: Their names and texts; an archive is a mapping of its members.
        imports: What follows ``k2 trades import``, with the exit code that it ends with.
        candles: By symbol the measures of its only candle, see `PLACES`.
    """

    kind: str
    files: Files
    imports: tuple[tuple[str, int], ...]
    candles: Mapping[str, str]


def without_ids(word: str) -> Case:
    symbol = f"N{word or 'EMPTY'}".upper()
    rows = "".join(f"X,{symbol},{word},{T},{price},1,sell\n" for price in (20, 22, 21))
    right = "20 22 20 21 3 3 21 63 0"
    return Case(f"{word or 'nothing'} for an id", {"f.csv": K2 + rows}, (("f.csv", 0),), {symbol: right})


def time_as_text(symbol: str, time: str) -> Case:
    right = "1.5 1.5 1.5 1.5 2 1 1.5 3 2"
    return Case(f"time {time}", {"f.csv": f"{K2}X,{symbol},1,{time},1.5,2,buy\n"}, (("f.csv", 0),), {symbol: right})


def malformed(symbol: str, kind: str, text: str) -> Case:
    """Lines of Kraken's layout among which one is no trade."""
    right = "3 4 3 4 2 2 3.5 7 None"
    line = f"f.csv --layout kraken --exchange kraken --symbol {symbol}"
    return Case(kind, {"f.csv": text}, ((line, 0),), {symbol: right})


CASES = (
    Case(
        "a symbol for archives of others",
        {
            "ETHUSDT-trades-2024-05-02.zip": {
                "ETHUSDT-trades-2024-05-02.csv": f"901,3100.10,0.5,1550.05,{T}123,False,True\n"
                f"902,3101.30,0.25,775.325,{T}999,True,True\n"
            },
            "SOLUSDT-trades-2024-05-02.zip": {
                "SOLUSDT-trades-2024-05-02.csv": f"17,135.55,3,406.65,{T}000,True,True\n"
            },
        },
        ((f"{ARCHIVES} --symbol ETHUSDT", 2), (ARCHIVES, 0)),
        {
            "ETHUSDT": "3100.1 3101.3 3100.1 3101.3 0.75 2 3100.5 2325.375 0.5",
            "SOLUSDT": "135.55 135.55 135.55 135.55 3 1 135.55 406.65 0",
        },
    ),
    Case(
        "pages that overlap",
        {"1.csv": f"{PAGE}{T},1.5,2\n1714644001,1.6,1\n", "2.csv": f"{PAGE}1714644001,1.6,1\n1714644002,1.4,4\n"},
        (("1.csv 2.csv --exchange X --symbol ADAUSD", 0),),
        {"ADAUSD": "1.5 1.6 1.4 1.4 7 3 1.45714286 10.2 None"},
    ),
    *map(without_ids, ("None", "nan", "NULL", "NaT", "0", "")),
    Case(
        "milliseconds of a recorder, microseconds of the exchange",
        {
            "live.csv": f"{K2}X,LTCUSDT,11,{T}001,80.1,2,buy\nX,LTCUSDT,12,{T}002,80.2,2,buy\n",
            "dump.csv": f"11,80.1,2,160.2,{T}001123,False,True\n12,80.2,2,160.4,{T}002999,False,True\n"
            f"13,80.0,2,160,{T}003000,False,True\n",
        },
        (("live.csv", 0), ("dump.csv --layout binance-trades --exchange X --symbol LTCUSDT", 0)),
        {"LTCUSDT": "80.1 80.2 80 80 6 3 80.1 480.6 6"},
    ),
    Case(
        "aggregates of trades that are there",
        {
            "t.csv": f"1,0.52,10,5.2,{T}000,True,True\n2,0.52,15,7.8,{T}000,True,True\n",
            "a.csv": f"1,0.52,25,1,2,{T}000,True,True\n",
        },
        (
            ("t.csv --layout binance-trades --exchange X --symbol XRPUSDT", 0),
            ("a.csv --layout binance-aggtrades --exchange X --symbol XRPUSDT", 2),
        ),
        {"XRPUSDT": "0.52 0.52 0.52 0.52 25 2 0.52 13 0"},
    ),
    Case(
        "contracts that are paid in coins",
        {
            "ETHUSD_PERP-trades-2024-05-02.csv": f"{COIN_M}1,2500,10,0.04,{T}101,false\n2,2000,10,0.05,{T}201,true\n",
            "ETHUSD_PERP-aggTrades-2024-05-02.csv": f"{COIN_M_AGGREGATES}1,2500.0,10,1,1,{T}101,false\n",
        },
        (
            ("ETHUSD_PERP-aggTrades-2024-05-02.csv --layout binance-aggtrades --exchange X", 2),
            ("ETHUSD_PERP-trades-2024-05-02.csv --layout binance-trades --exchange X", 0),
        ),
        {"ETHUSD_PERP": "2500 2500 2000 2000 0.09 2 2222.22222222 200 0.04"},
    ),
    Case(
        "newest first",
        {
            "f.csv": K2
            + "".join(
                f"X,DOTUSD,{word},{T}{ms},{price},2,buy\n"
                for word, ms, price in (("e5", 500, 7), ("d4", 500, 9), ("c3", "000", 8), ("b2", "000", 6))
            )
        },
        (("f.csv", 0),),
        {"DOTUSD": "6 9 6 7 8 4 7.5 60 8"},
    ),
    Case(
        "quantities of more than 18 digits",
        {
            "f.csv": f"1,0.00000023,98765432101.5,0,{T}000,True,True\n"
            f"2,0.00000024,12345678901234567890,0,{T}001,False,True\n"
        },
        (("f.csv --layout binance-trades --exchange X --symbol SHIBUSDT", 0),),
        {
            "SHIBUSDT": "0.00000023 0.00000024 0.00000023 0.00000024 12345678999999999991.5 2 0.00000024"
            " 2962962959012.345676945 12345678901234567890"
        },
    ),
    Case(
        "words for the side that are not ours",
        {
            "f.csv": K2
            + "".join(
                f"X,UNIUSD,{number},{T},10,1,{word}\n"
                for number, word in enumerate(("BUY", "sell", "Buyer", "bid", "1", "", "-", "none"))
            )
        },
        (("f.csv", 0),),
        {"UNIUSD": "10 10 10 10 8 8 10 80 1"},
    ),
    Case(
        "milliseconds that become microseconds",
        {"f.csv": f"{K2}X,MIXUSD,1,{T}000,3,1,buy\nX,MIXUSD,2,{T}001,4,1,buy\nX,MIXUSD,3,{T}002000,5,2,sell\n"},
        (("f.csv", 0),),
        {"MIXUSD": "3 5 3 5 4 3 4.25 17 2"},
    ),
    Case(
        "a sign for the side",
        {"f.csv": f"{K2.replace(',side', '')}X,tETHUSD,1,{T}000,3000,0.25\nX,tETHUSD,2,{T}001,2999.5,-0.5\n"},
        (("f.csv", 0),),
        {"tETHUSD": "3000 3000 2999.5 2999.5 0.75 2 2999.66666667 2249.75 0.25"},
    ),
    time_as_text("ISOZ", "2024-05-02T10:00:00.77Z"),
    time_as_text("ISOOFFSET", "2024-05-02 12:00:00.770000+02:00"),
    time_as_text("ISONAIVE", "2024-05-02 10:00:00.770"),
    time_as_text("ISOD", "2024-05-02D10:00:00.770123000"),
    Case(
        "a file and a member without a row",
        {
            "h.zip": {"XMRUSD.csv": f"{T},150,1\n", "NONE.csv": ""},
            "full.csv": "1714644030,160,1\n",
            "void.csv": "",
            "full.csv.CHECKSUM": "a66f68f32ce3b9cbc6ff4bf4ca8a0e9ec1bba1b5da2a3dea1dd6a7b6fde6a19a  full.csv\n",
        },
        (
            ("h.zip full.csv void.csv --layout kraken --exchange X --symbol XMRUSD", 3),
            ("h.zip void.csv --layout kraken --exchange X --symbol XMRUSD", 0),
        ),
        {"XMRUSD": "150 150 150 150 1 1 150 150 None"},
    ),
    malformed("FIRSTA", "a line of words first", f"exported by hand\n{T},3,1\n1714644001,4,1\n"),
    malformed("FIRSTB", "a line of words between", f"{T},3,1\nexported by hand\n1714644001,4,1\n"),
    malformed("FIRSTD", "a line with a field too many first", f"{T},3,1,more\n{T},3,1\n1714644001,4,1\n"),
    malformed("FIRSTE", "a header in other words", f"timestamp,price,amount\n{T},3,1\n1714644001,4,1\n"),
)


@pytest.fixture(scope="module")
def ended(run: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, list[int]], dict[str, dict[str, Any]]]:
    """The exit codes of each case's imports, and the candles by symbol."""
    home = tmp_path_factory.mktemp("cases")
    (home / "k2.toml").touch()
    assert run("ohlcv", "create-tables", "--with-trades", cwd=home).returncode == 0
    codes = {}
    for number, case in enumerate(CASES):
        write(home / str(number), case.files)
        lines = [line for line, _ in case.imports]
        codes[case.kind] = [run(*f"trades import {line}".split(), cwd=home / str(number)).returncode for line in lines]
    assert run("ohlcv", "aggregate", "1m", cwd=home).returncode == 0
    shown = json.loads(run("ohlcv", "show", "1m", "--output", "json", cwd=home).stdout)["rows"]
    symbols = [candle["symbol"] for candle in shown]
    assert len(set(symbols)) == len(symbols)
    return codes, dict(zip(symbols, shown, strict=True))


def write(folder: Path, files: Files) -> None:
    """Write files and archives into a folder below that of the lake."""
    folder.mkdir()
    for name, content in files.items():
        if isinstance(content, str):
            (folder / name).write_text(content)
            continue
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as members:
            for member, text in content.items():
                members.writestr(member, text)
        (folder / name).write_bytes(archive.getvalue())


def digits(right: str, scale: int = 8) -> Iterator[str | int | None]:
    """Yield the measures as JSON has them: decimals with all their places, as text."""
    for number, (name, places) in zip(right.split(), PLACES.items(), strict=True):
        decimal = None if number == "None" else f"{Decimal(number):.{places * scale // 8}f}"
        yield int(number) if name == "trade_count" else decimal


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.kind)
def test_each_kind_of_file_gives_the_right_candle(case: Case, ended: Any) -> None:
    codes, candles = ended

    assert codes[case.kind] == [code for _, code in case.imports]
    for symbol, right in case.candles.items():
        candle = candles[symbol]
        assert [candle[name] for name in PLACES] == list(digits(right))
        assert candle["window_start"] == "2024-05-02T10:00:00Z"


def test_prices_of_more_than_8_places_where_the_warehouse_has_them(run: Any, tmp_path: Path) -> None:
    """Without the setting the trades are refused, and nothing is imported."""
    prices = ("0.0000112309", "0.000011231", "0.00001124")
    rows = "".join(f"X,PEPEUSDT,{n},{T}00{n},{price},{n}000,buy\n" for n, price in enumerate(prices, 1))
    (tmp_path / "p.csv").write_text(K2 + rows)
    (tmp_path / "k2.toml").touch()
    assert run("trades", "import", "p.csv", "--create", cwd=tmp_path).returncode == 3
    (tmp_path / "k2.toml").write_text('[tables]\nscale = 12\nnamespace = "fine"\n')
    assert run("trades", "import", "p.csv", "--create", cwd=tmp_path).returncode == 0
    assert run("ohlcv", "aggregate", "1m", cwd=tmp_path).returncode == 0
    (candle,) = json.loads(run("ohlcv", "show", "1m", "-o", "json", cwd=tmp_path).stdout)["rows"]

    right = "0.0000112309 0.00001124 0.0000112309 0.00001124 6000 3 0.000011235483 0.0674129 6000"
    assert [candle[name] for name in PLACES] == list(digits(right, 12))


def test_what_the_readme_tells_to_type(run: Any, tmp_path: Path) -> None:
    archive = "ETHUSDT-trades-2024-05-02.zip"
    rows = {archive: CASES[0].files[archive], "XBTUSD.csv": f"{T},60000.1,0.5\n"}
    write(tmp_path / "files", rows)
    lines = [
        line for block in blocks(ROOT / "README.md") if block.chapter == "Files" for line in block.text.splitlines()
    ]
    for line in lines:
        ran = run(*line.split()[1:], "-o", "json", cwd=tmp_path / "files")

        assert ran.returncode == 0, ran.stderr
        report = json.loads(ran.stdout)
        trades = sum(file["trades"] for file in report["files"]) if "inspect" in line else report["imported"]
        assert trades in (1, 2)
    assert len(lines) == 3


def test_no_candle_is_one_too_many(ended: Any) -> None:
    _, candles = ended

    assert candles.keys() == {symbol for case in CASES for symbol in case.candles}
