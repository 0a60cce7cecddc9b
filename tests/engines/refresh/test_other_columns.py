"""A column in use that becomes another one is a change, which no snapshot of the source shows."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from pyiceberg.types import StringType

from engines.base import TradesConfig
from engines.domain.mapping import Constant, SourceMapping
from engines.domain.timeframe import HOUR, M1
from engines.domain.watermark import KEY_COLUMNS
from engines.lake import Lake
from engines.registry import open_lake
from engines.testing.foreign import NEEDED, foreign_source
from engines.testing.history import History, trade
from engines.testing.strategies import MIDNIGHT

NOW = MIDNIGHT + HOUR
SIDED = {**NEEDED, "side": StringType()}
NewLake = Callable[..., Lake]


def with_sides(new_lake: NewLake, *sides: str) -> History:
    history = foreign_source(new_lake(timeframes=(M1,)), SIDED)
    history.append([trade(MIDNIGHT + n, str(n), side=side) for n, side in enumerate(sides)])
    return history


def test_a_column_that_went_and_came_back_makes_all_candles_anew(new_lake: NewLake) -> None:
    history = with_sides(new_lake, "buy", "sell")
    history.run(NOW)
    with history.table.update_schema() as update:
        update.delete_column("side")
    with history.table.update_schema() as update:
        update.add_column("side", StringType())
    history = History(history.lake)
    (table,) = history.run(NOW)

    assert "side is made from column side now" in table.reason
    history.prove(NOW)
    assert history.run(NOW)[0].reason == ""


def test_a_column_that_the_table_has_added_changes_no_candle(new_lake: NewLake) -> None:
    history = foreign_source(new_lake(timeframes=(M1,)))
    history.append([trade(MIDNIGHT, "1")])
    history.run(NOW)
    with history.table.update_schema() as update:
        update.add_column("side", StringType())
    history = History(history.lake)
    (table,) = history.run(NOW)

    assert table.reason == ""


def test_another_mapping_makes_all_candles_anew(new_lake: NewLake) -> None:
    history = with_sides(new_lake, "buy", "sell")
    history.run(NOW)
    mapping = SourceMapping(columns={"symbol": Constant("BTC-USDT")})
    config = replace(history.lake.engine.config, trades=TradesConfig(mapping=mapping))
    history.lake = open_lake("polars", config)
    (table,) = history.run(NOW)

    assert "symbol is made from the constant 'BTC-USDT' now" in table.reason
    assert [candle.symbol for candle in history.candles(M1)] == ["BTC-USDT"]


@pytest.mark.parametrize("former", [True, False], ids=["former", "present"])
def test_candles_of_a_former_version_go_on_with_sides_as_they_were_read(
    new_lake: NewLake, monkeypatch: pytest.MonkeyPatch, former: bool
) -> None:
    """An hour made of minutes by two rules would be wrong by either; `--rebuild` reads all by the present one."""
    history = with_sides(new_lake, "BUY")
    if former:
        with monkeypatch.context() as patched:
            patched.setattr("engines.domain.reading.Reading.record", property(lambda _: ""))
            patched.setattr("engines.domain.plan.recorded_words", lambda _: True)
            history.run(NOW)
        assert KEY_COLUMNS in dict(history.lake.tables.target(M1).current_snapshot().summary.additional_properties)  # type: ignore[union-attr]
    else:
        history.run(NOW)
    history.append([trade(MIDNIGHT + 60_000_000, "later", side="BUY")])
    history.run(NOW)
    bought = [candle.buy_volume for candle in history.candles(M1)]

    assert bought[1:] == ([None] if former else [1])
    history.run(NOW, rebuild=True)
    history.prove(NOW)
