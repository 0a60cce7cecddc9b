"""Each layout that comes with k2, with files as its source publishes them (`examples/layouts`).

What they hold was worked out by hand from the documentation: `layouts/NAME.toml`.
"""

import shlex
import tomllib
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from k2cli.trades import Layout, TradeFile, read_trades, shipped
from k2cli.trades.contract_sizes import contract_sizes, with_contract_sizes

SAMPLES = Path("examples/layouts")
EXPECTED = Path(__file__).parent / "layouts"
NOW = 1_790_000_000_000_000


def files() -> Iterator[Any]:
    for path in sorted(EXPECTED.glob("*.toml")):
        for file in tomllib.loads(path.read_text())["file"]:
            yield pytest.param(path.stem, file, id=file["path"])


def opened(file: dict[str, Any], layouts: list[Layout]) -> TradeFile:
    words = iter(word for word in shlex.split(file.get("options", "")) if word != "--allow-rejects")
    given = [(name, next(words)) for name in words]
    sizes = contract_sizes(size for name, size in given if name == "--contract-size")
    exchange, symbol = map(dict(given).get, ("--exchange", "--symbol"))
    path = SAMPLES / file["path"]
    return read_trades(path, with_contract_sizes(layouts, sizes), now=NOW, exchange=exchange, symbol=symbol)


def told(file: TradeFile) -> tuple[list[str], Counter[str]]:
    lines, reasons = list[str](), Counter[str]()
    for chunk in file:
        reasons.update(reject.reason for reject in chunk.rejects)
        lines += map(line, chunk.trades.to_pylist())
    return lines, reasons


def line(trade: dict[str, Any]) -> str:
    identifier = trade["message_id"].removeprefix(f"{trade['exchange']}:{trade['symbol']}:")
    numbers = (f"{trade[name].normalize():f}" for name in ("price", "quantity"))
    words = (trade["exchange"], trade["symbol"], str(trade["timestamp"]), *numbers, trade["side"] or "-")
    return " ".join((*words, "-" if identifier.startswith("row:") else identifier))


def wanted(lines: list[str]) -> list[str]:
    """The numbers in the shortest way to write them."""
    cut = [line.split() for line in lines]
    return [
        " ".join((*words[:3], *(f"{Decimal(word).normalize():f}" for word in words[3:5]), *words[5:])) for words in cut
    ]


@pytest.mark.parametrize(("layout", "file"), list(files()))
def test_a_sample_holds_what_its_documentation_says(layout: str, file: dict[str, Any]) -> None:
    read = opened(file, [shipped()[layout]])

    trades, reasons = told(read)

    assert sorted(trades) == sorted(wanted(file["trades"]))
    assert reasons == file.get("rejected", {})


@pytest.mark.parametrize(("layout", "file"), list(files()))
def test_a_sample_is_recognised(layout: str, file: dict[str, Any]) -> None:
    found = opened(file, list(shipped().values())).detected

    assert {one.layout for one in found} == {layout}


@pytest.mark.parametrize("name", sorted(shipped()))
def test_each_layout_has_samples_and_a_page_that_describes_it(name: str) -> None:
    assert (EXPECTED / f"{name}.toml").is_file()
    assert shipped()[name].about
    assert shipped()[name].documentation.startswith("https://") or name in {"k2", "generic"}
