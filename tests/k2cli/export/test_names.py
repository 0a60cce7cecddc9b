"""Names of files and folders are safe for any symbol, differ for any two, and tell the symbol again."""

from pathlib import PurePath
from unicodedata import normalize
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engines.errors import UsageError
from k2cli.export.formats import Format
from k2cli.export.names import FileNames, PartitionNames, is_partition
from k2cli.export.series import SeriesName
from k2cli.export.targets.freqtrade import names as freqtrade_names
from k2cli.export.targets.freqtrade import pair_of

NASTY = [
    "BTC/USDT",
    "..",
    ".",
    "../../etc/passwd",
    "a\x00b",
    "<script>",
    "a" * 150,
    "CON",
    "*?",
    "a b",
    "=",
    "%41",
    "A",
]
symbols = st.text(min_size=1, max_size=12) | st.sampled_from(NASTY)


@given(st.lists(symbols, min_size=1, max_size=8, unique=True))
def test_folders_tell_the_symbol_again_and_no_two_are_one(found: list[str]) -> None:
    names = PartitionNames(Format.PARQUET)
    try:
        paths = [names.name(SeriesName("binance", symbol)) for symbol in found]
    except UsageError:
        assert max(len(symbol.encode()) for symbol in found) * 3 > 150
        return

    assert [unquote(path.parts[1].removeprefix("symbol="), errors="strict") for path in paths] == found
    assert len({normalize("NFC", str(path).casefold()) for path in paths}) == len(found)
    for path in paths:
        assert len(path.parts) == 3
        assert is_partition(path, False)
        assert is_partition(path.parent, True)
        assert not set(str(path)) & set('\x00<>:"\\|?*\n')


def test_twins_by_case_get_different_folders_and_keep_them() -> None:
    names = PartitionNames(Format.CSV)
    large, small = (SeriesName("X", symbol) for symbol in ("BTC", "btc"))

    assert [str(names.name(series)) for series in (large, small, large, small)] == [
        "exchange=X/symbol=BTC/candles.csv",
        "exchange=X/symbol=%62%74%63/candles.csv",
    ] * 2


@pytest.mark.parametrize(("series", "said"), [(("X", "a" * 10_000), "too long"), (("X", ""), "no symbol")])
def test_what_no_folder_can_be_called_is_refused_in_few_words(series: tuple[str, str], said: str) -> None:
    with pytest.raises(UsageError, match=said) as refused:
        PartitionNames(Format.CSV).name(SeriesName(*series))

    assert len(refused.value.message) < 120


@given(st.lists(symbols | st.just("a" * 10_000), min_size=1, max_size=8, unique=True))
def test_file_names_are_plain_and_differ(found: list[str]) -> None:
    names = FileNames()
    given_names = [names.name(symbol, owner=symbol) for symbol in found]

    assert len({name.casefold() for name in given_names}) == len(found)
    assert all(name.replace("-", "").replace("_", "").isalnum() or set(name) <= set("-_") for name in given_names)
    assert all(name.isascii() and 0 < len(name) <= 200 for name in given_names)


@pytest.mark.parametrize(
    "path",
    [
        "notes.txt",
        "exchange=X/notes.txt",
        "exchange=X/symbol=A/part-0.parquet",
        "symbol=A/candles.csv",
        "x/y/candles.csv",
    ],
)
def test_what_an_export_does_not_make_is_told_apart(path: str) -> None:
    assert not is_partition(PurePath(path), False)


@pytest.mark.parametrize(
    ("exchange", "symbol", "path"),
    [
        ("binance", "BTCUSDT", "binance/BTC_USDT-1h.feather"),
        ("binance", "BTC/USDT", "binance/BTC_USDT-1h.feather"),
        ("kraken", "ETH-EUR", "kraken/ETH_EUR-1h.feather"),
        ("binance", "BTC/USDT:USDT", "binance/futures/BTC_USDT_USDT-1h-futures.feather"),
        ("binanceusdm", "BTCUSDT", "binance/futures/BTC_USDT_USDT-1h-futures.feather"),
        ("binance", "ODD", "binance/ABC_DEF-1h.feather"),
    ],
)
def test_freqtrade_finds_a_pair_by_the_name_of_its_file(exchange: str, symbol: str, path: str) -> None:
    name = freqtrade_names("1h", Format.FEATHER, {"ODD": "ABC/DEF"})

    assert str(name(SeriesName(exchange, symbol))) == path


@pytest.mark.parametrize("symbol", ["NOTHING", "USDT", "../x/y", "", "BTC/../USDT"])
def test_a_symbol_that_tells_no_pair_is_asked_for(symbol: str) -> None:
    with pytest.raises(UsageError, match="tells no pair") as asked:
        pair_of(SeriesName("binance", symbol), {})

    assert asked.value.hint.startswith("give it: --pair")


def test_two_symbols_of_one_pair_are_a_question() -> None:
    name = freqtrade_names("1h", Format.FEATHER, {})
    name(SeriesName("binance", "BTCUSDT"))

    with pytest.raises(UsageError, match="are both BTC/USDT"):
        name(SeriesName("binance", "BTC-USDT"))
