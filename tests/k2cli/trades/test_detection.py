"""Which layout a file is in, where nobody says so."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from k2cli.trades import LayoutMismatch, LayoutUnknown

Write = Callable[..., Path]
Read = Callable[..., Any]

THREE = "1700000000,37000.5,0.25\n1700000001,37000,1\n"
SPOT = "4228105543,94195.43,0.00127,119.6281961,1735257600000,True,True\n"


def test_rows_that_two_layouts_have_are_a_question(write: Write, read: Read) -> None:
    with pytest.raises(LayoutUnknown, match="may be in the layouts bitcoincharts and kraken") as raised:
        read(write(THREE, "trades.csv"), None)

    assert raised.value.hint == "say which by --layout"


@pytest.mark.parametrize(
    ("name", "layout", "series"),
    [("XBTUSD.csv", "kraken", ("kraken", "XBTUSD")), ("bitstampUSD.csv.gz", "bitcoincharts", ("bitstamp", "BTCUSD"))],
)
def test_the_name_of_a_file_answers_it(
    write: Write, read: Read, name: str, layout: str, series: tuple[str, str]
) -> None:
    result = read(write(THREE, name), None, exchange=None, symbol=None)

    assert result.detected[0].layout == layout
    assert (result.column("exchange")[0], result.column("symbol")[0]) == series


def test_names_that_no_layout_knows(write: Write, read: Read) -> None:
    with pytest.raises(LayoutUnknown, match="no layout has the columns when, what, much") as raised:
        read(write("when,what,much\n1700000000,1,2\n"), None)

    assert "--layout-template" in raised.value.hint


def test_the_nearest_layout_and_what_it_lacks(write: Write, read: Read) -> None:
    with pytest.raises(LayoutUnknown, match=r"the nearest is \S+: no column .*price"):
        read(write("trade_id,timestamp,quantity,side\n1,1700000000,1,buy\n"), None)


def test_two_columns_that_may_be_the_quantity_are_not_guessed(write: Write, read: Read) -> None:
    with pytest.raises(LayoutUnknown, match=r"the nearest is generic: .*more than one column for quantity"):
        read(write("time,price,volume,amount\n1700000000,1,2,3\n"), None)


def test_below_unknown_names_rows_are_not_read_by_their_order(write: Write, read: Read) -> None:
    """As three fields they would be Kraken's, and the cost its quantity."""
    with pytest.raises(LayoutUnknown):
        read(write("time,cost,rate\n" + THREE, "XBTUSD.csv"), None)


def test_the_kinds_of_fields_tell_lines_of_one_width_apart(write: Write, read: Read) -> None:
    aggregates = "3358062372,93576.0,0.00113,4359799432,4359799432,1735689600001017,False\n"

    assert read(write(SPOT, "a.csv"), None).detected[0].layout == "binance-trades"
    assert read(write(aggregates, "b.csv"), None).detected[0].layout == "binance-aggtrades"


def test_each_member_is_detected_by_itself(write: Write, read: Read) -> None:
    members = {"XBTUSD.csv": THREE, "t.csv": "exchange,symbol,timestamp,price,quantity\nX,A,1700000000,1,1\n"}

    result = read(write(members, "all.zip"), None, exchange=None, symbol=None)

    assert [found.layout for found in result.detected] == ["kraken", "k2"]


def test_a_name_that_contradicts_the_given_symbol_is_refused(write: Write, read: Read) -> None:
    with pytest.raises(LayoutMismatch, match="says XBTUSD, and --symbol says ETHUSD"):
        read(write(THREE, "XBTUSD.csv"), None, exchange=None, symbol="ETHUSD")


@pytest.mark.parametrize("delimiter", [";", "\t", "|", ","])
def test_delimiters(write: Write, read: Read, delimiter: str) -> None:
    text = 'exchange,symbol,timestamp,price,quantity\n"X",A,1700000000,1.5,2\nX,"A",1700000001,1,1\n'

    result = read(write(text.replace(",", delimiter)), None)

    assert result.detected[0].delimiter == delimiter
    assert [f"{price:.1f}" for price in result.column("price")] == ["1.5", "1.0"]


def test_decimal_commas(write: Write, read: Read) -> None:
    text = "exchange;symbol;timestamp;price;quantity\nX;A;1700000000;37000,25;2\nX;A;1700000001;37,5;0,125\n"

    result = read(write(text), None)

    assert [f"{price:.2f}" for price in result.column("price")] == ["37000.25", "37.50"]
    assert f"{result.column('quantity')[1]:.3f}" == "0.125"


@pytest.mark.parametrize("number", ["1,234", "1,234.5", "1,234,567.25"])
def test_a_comma_that_may_separate_thousands_is_no_decimal_one(write: Write, read: Read, number: str) -> None:
    text = f"exchange;symbol;timestamp;price;quantity\nX;A;1700000000;{number};2\nX;A;1700000001;7;3\n"

    assert read(write(text), None).reasons == [(2, "price_not_a_number")]


def test_lists_of_several_symbols_are_refused(write: Write, read: Read) -> None:
    """One of them would be left out without a word."""
    rows = '[["37000.1","0.5",1700000000.1234567,"b","l","",61]]'
    path = write(f'{{"error":[],"result":{{"XXBTZUSD":{rows},"XETHZUSD":{rows},"last":"17"}}}}', "trades.json")

    with pytest.raises(LayoutMismatch, match=r"rows lie at result.XXBTZUSD and result.XETHZUSD"):
        read(path, None, exchange=None, symbol=None)


OLD = "timestamp,symbol,side,size,price,tickDirection,trdMatchID,grossValue,homeNotional,foreignNotional\n"


@pytest.mark.parametrize(
    ("time", "layout"), [("2018-11-14D00:00:02.364320000", "bitmex"), ("1542153602.3643", "bybit")]
)
def test_times_tell_two_files_of_one_header_apart(write: Write, read: Read, time: str, layout: str) -> None:
    row = f"{time},XBTUSD,Sell,20,6310.5,MinusTick,5d2c1a1e-0001-5c5c-8f8f-000000000022,316940,0.0031694,20\n"

    assert read(write(OLD + row, "renamed.csv"), None).detected[0].layout == layout


def test_rows_without_names_that_only_the_name_of_a_file_tells(write: Write, read: Read) -> None:
    rows = "1785542400.013040,802737548,62855,671\n1785542461.500000,802737550,62850,-1\n"

    with pytest.raises(LayoutMismatch, match="quantities of BTC_USDT are contracts"):
        read(write(rows, "BTC_USDT-202608.csv"), None, exchange=None, symbol=None, now=1_790_000_000_000_000)
    with pytest.raises(LayoutUnknown, match="no layout has rows of 4 fields like these"):
        read(write(rows, "mine.csv"), None, exchange=None, symbol=None, now=1_790_000_000_000_000)


ANSWER = '{{"code":"{}","data":[{{"sequence":"1","price":"2","size":"3","side":"buy","time":1700000010062140823}}]}}'


def test_a_text_beside_the_rows_proves_whose_they_are(write: Write, read: Read) -> None:
    assert read(write(ANSWER.format("200000"), "a.json"), None).detected[0].layout == "kucoin-api"
    with pytest.raises(LayoutUnknown):
        read(write(ANSWER.format("0"), "b.json"), None)
    with pytest.raises(LayoutMismatch, match="code is 0, and in no file of layout kucoin-api it is"):
        read(write(ANSWER.format("0"), "c.json"), "kucoin-api")


BYBIT = (
    '{{"retCode":0,"result":{{"category":"{}","list":[{{"execId":"{}","symbol":"XRPUSDT","price":"2","size":"3",'
    '"side":"Buy","time":"1700000061250","isBlockTrade":false}}]}}}}'
)


def test_answers_of_two_markets_in_one_file_are_refused(write: Write, read: Read) -> None:
    """However far down the other one is: all of it would be read as the first one's."""
    answers = [BYBIT.format("spot", number) for number in range(7000)]
    path = write("\n".join([*answers, BYBIT.format("linear", 1)]), "saved.json")

    with pytest.raises(LayoutUnknown):
        read(write(BYBIT.format("option", 1), "option.json"), None)
    with pytest.raises(LayoutMismatch, match=r"result\.category is spot and linear"):
        read(path, None, exchange=None, symbol=None)


KRAKEN = '{{"error":[],"result":{{"{}":[["37000.1","0.5",1700000000.1234567,"b","l","",{}]],"last":"17"}}}}'


def test_answers_for_two_symbols_in_one_file_are_refused(write: Write, read: Read) -> None:
    answers = [KRAKEN.format("XXBTZUSD", number) for number in range(12_000)]
    path = write("\n".join([*answers, KRAKEN.format("XETHZUSD", 1)]), "saved.json")

    with pytest.raises(LayoutMismatch, match=r"rows lie at result\.XXBTZUSD and result\.XETHZUSD"):
        read(path, None, exchange=None, symbol=None)
