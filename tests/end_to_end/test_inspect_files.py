"""`k2 trades inspect FILE`: what it says of a file before an import, and beside what the table has already."""

# ruff: noqa: ANN401 - the desk's type lives in conftest.py, which importlib mode lets nobody import

import json
from pathlib import Path
from typing import Any

import pytest

HEADER = "exchange,symbol,trade_id,timestamp,price,quantity\n"
GATE = "1785542400.013040,802737548,62855,671\n1785542461.500000,802737549,62850,-1\n"


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def written(name: str, text: str) -> str:
        (tmp_path / name).write_text(text)
        return name

    return written


def inspected(desk: Any, line: str) -> dict[str, Any]:
    return dict(json.loads(desk(f"trades inspect {line} -o json").stdout))


def test_what_the_table_has_in_the_time_of_a_file(desk: Any, write: Any) -> None:
    write("a.csv", HEADER + "".join(f"X,A,{n},17000000{n:02},10,1\n" for n in range(20, 40)))
    write("b.csv", HEADER + "X,A,90,1700000030,10,1\nX,A,91,1700000080,10,1\nX,B,1,1700000030,10,1\n")
    desk("trades import a.csv")

    (file,) = inspected(desk, "b.csv")["files"]

    assert file["there"] == [
        {"first": "2023-11-14T22:13:50Z", "last": "2023-11-14T22:13:59Z", "series": "X A", "trades": 10},
        {"first": None, "last": None, "series": "X B", "trades": 0},
    ]
    shown = desk("trades inspect b.csv").stdout
    assert "10 of X A from 2023-11-14T22:13:50Z to 2023-11-14T22:13:59Z, none of X B" in " ".join(shown.split())


def test_the_line_to_type_has_the_options_that_were_given(desk: Any, write: Any) -> None:
    write("a.csv", HEADER + "X,A,1,1700000000,100000,200000000\n")

    report = inspected(desk, "a.csv --price-shift -4 --quantity-shift -8")

    assert report["line"] == "k2 trades import a.csv --price-shift -4 --quantity-shift -8"
    assert [(trade["price"], trade["quantity"]) for trade in report["files"][0]["shown"]] == [
        ("10.00000000", "2.00000000")
    ]
    assert json.loads(desk(f"{report['line'].removeprefix('k2 ')} -o json").stdout)["imported"] == 1
    assert inspected(desk, "a.csv --price-shift -4 --quantity-shift -8")["files"][0]["imported_by"]


def test_a_size_of_contracts_is_remembered_for_its_series(desk: Any, write: Any) -> None:
    july, august = write("BTC_USDT-202607.csv", GATE.replace("17855", "17835")), write("BTC_USDT-202608.csv", GATE)
    assert "--contract-size SYMBOL=SIZE" in desk(f"trades import {july}", code=2).stderr

    report = inspected(desk, f"{july} --contract-size BTC_USDT=0.0001")

    assert report["files"][0]["shown"][0]["quantity"] == "0.06710000"
    desk(report["line"].removeprefix("k2 "))
    refused = desk(f"trades import {august} --contract-size BTC_USDT=0.001", code=2).stderr
    assert "was imported with its decimal points moved by 0,0,0.0001" in " ".join(refused.split())
    desk(f"trades import {august} --contract-size BTC_USDT=0.0001")
    assert sorted(str(row["quantity"]) for row in desk.table("crypto_trades").scan().to_arrow().to_pylist()) == [
        *["0.00010000"] * 2,
        *["0.06710000"] * 2,
    ]


def test_gaps_in_ids(desk: Any, write: Any) -> None:
    rows = "".join(f"170000000{n},{n},10,1,2\n" for n in (1, 2, 5, 7))
    write("BTC_USDT-202311.csv", rows)

    (file,) = inspected(desk, "BTC_USDT-202311.csv")["files"]

    assert file["missing_ids"] == 3
    assert file["gaps"] == [
        {"first": 3, "last": 4, "series": "gate BTC_USDT"},
        {"first": 6, "last": 6, "series": "gate BTC_USDT"},
    ]
    assert "3 ids missing, and so may be trades: 3 to 4, 6" in desk("trades inspect BTC_USDT-202311.csv").stdout
