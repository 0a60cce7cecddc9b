"""Layouts as files: what the grammar takes, and what it says of mistakes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engines.errors import UsageError
from k2cli.trades import LayoutMismatch, layout_named, layouts, read_trades, shipped
from k2cli.trades.layouts import read_layout

Write = Callable[..., Path]

MINE = """\
about = "what my recorder writes"
exchange = "binance"
file_name = '(?P<base>[a-z]+)-(?P<quote>[a-z]+)'
symbol = "{base}/{quote}"

[columns]
timestamp = "when"
price = "px"
quantity = "coins"
side = "way"

[side]
buy = "up"
sell = ["down", "dn"]
"""


def mine(folder: Path, text: str = MINE, name: str = "mine.toml") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_a_layout_of_the_users(tmp_path: Path, write: Write) -> None:
    layout = layout_named(str(mine(tmp_path)), shipped())
    path = write("when;px;coins;way\n2024-01-02 10:00:00;1,25;100;UP\n2024-01-02 10:00:01;1,5;0,5;dn\n", "doge-eur.csv")

    (chunk,) = read_trades(path, [layout], exchange=None, symbol=None, now=0)

    (first, second) = chunk.trades.to_pylist()
    assert (first["exchange"], first["symbol"], first["side"], second["side"]) == ("binance", "doge/eur", "buy", "sell")
    assert [str(trade["price"]) for trade in (first, second)] == ["1.25000000", "1.50000000"]
    assert [str(trade["quantity"]) for trade in (first, second)] == ["100.00000000", "0.50000000"]


@pytest.mark.parametrize(
    ("old", "new", "message", "hint"),
    [
        ('price = "px"', 'prize = "px"', "mine.toml, line 8: columns.prize cannot be 'prize'", "did you mean 'price'?"),
        ("exchange =", "exchang =", "line 2: unknown key 'exchang'", "did you mean 'exchange'?"),
        ("[side]", "[sides]", "line 12: unknown key 'sides'", "did you mean 'side'?"),
        ('price = "px"\n', "", "[columns] has no price", ""),
        ("{base}/{quote}", "{base}/{coin}", "symbol: file_name has no group 'coin'", ""),
        ("(?P<base>", "(?P<base", "line 3: file_name: no regular expression", ""),
        ('"px"', '"coins"', "the name 'coins' stands for more than one column", ""),
        ('buy = "up"', "buy = 1", "line 13: side.buy: ", ""),
        ("[columns]", "[columns", "is no TOML", ""),
        ("[columns]", 'optional = ["price"]\n[columns]', "each trade has a price: it cannot be optional", ""),
        ("[columns]", "[time]\nunits = ['sec']\n[columns]", "line 7: time.units.0 cannot be 'sec'", ""),
    ],
)
def test_mistakes_are_told_with_their_line(tmp_path: Path, old: str, new: str, message: str, hint: str) -> None:
    assert old in MINE
    with pytest.raises(UsageError) as raised:
        read_layout(mine(tmp_path, MINE.replace(old, new)))

    assert message in raised.value.message
    assert hint in raised.value.hint


def test_what_is_no_file_of_a_layout(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes(b'about = "\xe9"')
    for name, message in (("none.toml", "cannot be read"), ("latin.toml", "is not UTF-8 text")):
        with pytest.raises(UsageError, match=message):
            read_layout(tmp_path / name)
    with pytest.raises(UsageError, match="there is no layout 'krakem'") as raised:
        layout_named("krakem", shipped())
    assert "did you mean 'kraken'?" in raised.value.hint


def test_a_folder_of_layouts_goes_before_those_that_come_with_k2(tmp_path: Path) -> None:
    mine(tmp_path)
    mine(tmp_path, MINE, "kraken.toml")

    known = layouts(tmp_path)

    assert {"mine", "kraken", "bybit"} <= known.keys()
    assert known["kraken"].exchange == "binance"
    with pytest.raises(UsageError, match="there is no folder"):
        layouts(tmp_path / "nowhere")


def test_contracts_of_an_unknown_size_are_left_out_row_by_row(tmp_path: Path, write: Write) -> None:
    text = MINE.replace("side = ", 'symbol = "pair"\nside = ') + "[quantity]\ncontracts = '-PERP$'\n"
    path = write("when,px,coins,way,pair\n1704189600,2,3,up,BTC-PERP\n1704189600,2,3,up,BTC-USD\n", "x.csv")

    (chunk,) = read_trades(path, [read_layout(mine(tmp_path, text))], exchange=None, symbol=None, now=0)

    assert [(reject.line, reject.reason) for reject in chunk.rejects] == [(2, "quantity_in_contracts")]
    assert chunk.trades["symbol"].to_pylist() == ["BTC-USD"]


def test_contracts_of_a_known_size(tmp_path: Path, write: Write) -> None:
    text = MINE + "[quantity]\ncontract_size = '0.001'\n"
    path = write("when,px,coins,way\n1704189600,2,3,up\n1704189601,2,0.00001,up\n", "btc-usd.csv")

    (chunk,) = read_trades(path, [read_layout(mine(tmp_path, text))], exchange=None, symbol=None, now=0)

    assert [f"{quantity:.8f}" for quantity in chunk.trades["quantity"].to_pylist()] == ["0.00300000", "0.00000001"]


def test_a_file_of_contracts_of_an_unknown_size_is_refused(tmp_path: Path, write: Write) -> None:
    text = MINE + "[quantity]\ncontracts = '.'\ncontracts_hint = 'ask for coins'\n"
    path: Any = write("when,px,coins,way\n1704189600,2,3,up\n", "btc-usd.csv")

    with pytest.raises(LayoutMismatch, match="quantities of btc/usd are contracts") as raised:
        read_trades(path, [read_layout(mine(tmp_path, text))], exchange=None, symbol=None, now=0)

    assert raised.value.hint == "ask for coins"


def test_prices_without_a_point_may_be_billionths(tmp_path: Path, write: Write) -> None:
    text = MINE + "[price]\nwhole_shift = -9\n"
    rows = "".join(f"17041896{n:02},{price},1,up\n" for n, price in enumerate(["37000500000000", "1500000000", "2.5"]))
    path = write(f"when,px,coins,way\n{rows}", "btc-usd.csv")

    (chunk,) = read_trades(path, [read_layout(mine(tmp_path, text))], exchange=None, symbol=None, now=0)

    assert [f"{price:.4f}" for price in chunk.trades["price"].to_pylist()] == ["37000.5000", "1.5000", "2.5000"]
