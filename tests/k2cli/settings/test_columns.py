"""`[trades.columns]`: which columns of a table of yours are those of a trade."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from engines.domain.mapping import NONE, Constant, Inexact, Sides
from engines.domain.units import TimeUnit
from engines.errors import UsageError
from k2cli.jobs.config import show_config
from k2cli.settings import LoadedSettings, load_settings

Load = Callable[..., LoadedSettings]

WRITTEN = """
[trades]
table = "raw.exchange_trades"
timestamp_unit = "ms"
inexact = "round"

[trades.columns]
symbol = "pair"
exchange = { value = "binance" }
message_id = "none"
side = { column = "is_buyer_maker", buy = false, sell = [true, "x"] }
"""


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Loads settings from the text of a file and from variables."""

    def loaded(text: str = "", **variables: str) -> LoadedSettings:
        file = tmp_path / "k2.toml"
        file.write_text(text)
        return load_settings(flags={}, variables=variables, cwd=tmp_path, config=file)

    return loaded


def test_all_that_can_be_written(load: Load) -> None:
    config = load(WRITTEN).settings.engine_config("1")

    assert config.names.source == "raw.exchange_trades"
    assert config.names.target(config.names.timeframes[0]) == "market_data.gold_ohlcv_1m"
    mapping = config.trades.mapping
    assert (mapping.timestamp_unit, mapping.inexact) == (TimeUnit.MS, Inexact.ROUND)
    assert mapping.columns == {
        "symbol": "pair",
        "exchange": Constant("binance"),
        "message_id": NONE,
        "side": Sides(column="is_buyer_maker", buy=(False,), sell=(True, "x")),
    }


def test_it_is_shown_as_it_is_written(load: Load) -> None:
    shown = {value.key: value.value for value in show_config(load(WRITTEN), with_origin=False).settings}

    assert shown["trades.table"] == "raw.exchange_trades"
    assert shown["trades.columns.exchange"] == '{ value = "binance" }'
    assert shown["trades.columns.side"] == '{ column = "is_buyer_maker", buy = false, sell = [true, "x"] }'
    assert shown["trades.columns.message_id"] == "none"


def test_variables_name_columns_too(load: Load) -> None:
    settings = load(K2_TRADES__COLUMNS__SYMBOL="pair", K2_TRADES__TABLE="raw.trades").settings

    assert settings.trades.columns == {"symbol": "pair"}
    assert settings.engine_config("1").names.source == "raw.trades"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('sybol = "pair"', "a trade has no column 'sybol'"),
        ("symbol = 3", "symbol makes no sense: write symbol ="),
        ('price = { value = "3" }', "price cannot be the same in every trade"),
        ('symbol = "none"', "trades need a column for symbol"),
        ('symbol = { column = "x", buy = 1, sell = 2 }', "only side has words"),
        ('side = { column = "x", buy = "B", sell = "b" }', "both buy and sell: b"),
        ('side = { column = "x", buy = "B" }', "side makes no sense"),
        ('side = { column = "x", buy = [], sell = "b" }', "side needs a word for buy"),
    ],
)
def test_what_makes_no_sense_is_told(load: Load, line: str, said: str) -> None:
    with pytest.raises(UsageError, match=re.escape(said)) as refused:
        load(f"[trades.columns]\n{line}")

    assert "k2.toml: trades.columns" in refused.value.message
