"""The scale of tables: chosen when they are made, told by their columns, and never another one beside it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from engines.base import RefreshRequest, ValidationRequest
from engines.domain.decimals import SCALE, Decimals, Scale
from engines.domain.results import Creation
from engines.domain.timeframe import HOUR, M1, M5, Timeframe
from engines.errors import UsageError
from engines.iceberg.scale import candle_scale
from engines.lake import Lake
from engines.registry import open_lake
from engines.testing.arrow import candles_of
from engines.testing.history import History, trade
from engines.testing.oracle import candles
from engines.testing.strategies import MIDNIGHT

NOW = MIDNIGHT + 2 * HOUR
FINE = Scale(12)


@pytest.fixture
def lake(new_lake: Callable[..., Lake]) -> Lake:
    """A lake without tables, of two timeframes."""
    return new_lake(timeframes=(M1, M5))


def told(lake: Lake, scale: Scale | None, **names: object) -> Lake:
    """The lake as somebody opens it whose settings say so."""
    config = lake.engine.config
    return open_lake("polars", replace(config, scale=scale, names=replace(config.names, **names)))  # type: ignore[arg-type]


def run(lake: Lake, *timeframes: Timeframe) -> int:
    return lake.aggregate(RefreshRequest(timeframes=timeframes or (M1, M5), now=NOW, run_id="run")).exit_code


@pytest.mark.parametrize("places", range(8, 13))
def test_tables_are_made_with_the_scale_that_was_chosen(lake: Lake, places: int) -> None:
    chosen = told(lake, Scale(places))
    chosen.create_tables(with_trades=True)

    assert candle_scale(chosen.tables.target(M5)) == chosen.tables.scale() == Scale(places)
    assert chosen.number_types() == (Scale(places).price, Scale(places).volume)
    assert not [created for created in chosen.create_tables(with_trades=True) if created.differences]


def test_tables_that_there_are_have_the_word_where_none_was_chosen(lake: Lake) -> None:
    told(lake, FINE).create_tables(with_trades=True)
    more = told(lake, None, timeframes=(M1, M5, Timeframe.parse("15m")))
    found = more.create_tables(with_trades=True)

    assert [created.status for created in found] == [*[Creation.EXISTS] * 3, Creation.CREATED]
    assert candle_scale(more.tables.target(Timeframe.parse("15m"))) == FINE
    candles_alone = told(lake, None, candles="others")
    candles_alone.create_tables()
    assert candles_alone.tables.scale() == FINE


@pytest.mark.parametrize(("there", "chosen"), [(SCALE, FINE), (FINE, SCALE), (FINE, Scale(10))])
def test_another_scale_than_that_of_the_tables_is_refused(lake: Lake, there: Scale, chosen: Scale) -> None:
    told(lake, there).create_tables(with_trades=True)
    other = told(lake, chosen)
    why = f"has {there.places} decimal places, and the settings say {chosen.places}"

    with pytest.raises(UsageError, match=why):
        other.create_tables(evolve=True)
    with pytest.raises(UsageError, match=why):
        run(other)
    assert [why in unfit.why for unfit in other.unfit_tables()] == [True]
    with pytest.raises(UsageError, match=f"crypto_trades {why}"):
        told(lake, chosen, candles="others").create_tables(with_trades=True)
    assert run(told(lake, there)) == 0


def test_tables_of_two_scales_are_not_made_from_each_other(lake: Lake) -> None:
    told(lake, None, timeframes=(M5,)).create_tables(with_trades=True)
    told(lake, None).tables.catalog.rename_table(lake.names.target(M5), f"{lake.names.namespace}.kept")
    fine = told(lake, FINE, timeframes=(M1,))
    fine.create_tables()
    fine.tables.catalog.rename_table(f"{lake.names.namespace}.kept", lake.names.target(M5))
    history = History(lake)
    history.append([trade(MIDNIGHT + n, str(n), f"0.0000000{n}") for n in range(1, 9)])

    with pytest.raises(UsageError, match=r"has 8 decimal places, and .* has 12: candles of one are not made"):
        run(lake)
    with pytest.raises(UsageError, match="candles of one are not made from those of the other"):
        lake.validate(ValidationRequest(timeframes=(M5,), now=NOW))
    assert (run(lake, M1), run(lake, M5)) == (0, 0)
    for timeframe, places in ((M1, 12), (M5, 8)):
        found = candles_of(lake.tables.target(timeframe).scan().to_arrow())
        assert found == candles(history.trades, timeframe.duration, places=places)


def test_trades_of_8_places_become_candles_of_12(lake: Lake) -> None:
    lake.create_tables(with_trades=True)
    history = History(lake)
    history.append([trade(MIDNIGHT + n, str(n), f"0.0000000{n}", "9999999999999999.5") for n in range(1, 9)])
    fine = told(lake, FINE, candles="fine")
    fine.create_tables()

    assert (run(fine), fine.number_types()[0]) == (0, Decimals(18, 8))
    made = candles_of(fine.tables.target(M5).scan().to_arrow())
    assert made == candles(history.trades, M5.duration, places=12)
