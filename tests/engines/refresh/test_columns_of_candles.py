"""A column of a candle table that somebody dropped, renamed or made required: candles are whole again, or refused."""

from collections.abc import Callable

import pytest
from pyiceberg.types import DecimalType, StringType

from engines.domain.results import Creation
from engines.domain.timeframe import H1, HOUR, M1, MINUTE, Timeframe
from engines.errors import UsageError
from engines.lake import Lake
from engines.testing.history import History, trade
from engines.testing.strategies import MIDNIGHT
from tests.empty_tables import with_tables

NOW = MIDNIGHT + 3 * HOUR


@pytest.fixture
def history(new_lake: Callable[..., Lake]) -> History:
    """Candles of one and sixty minutes from trades with sides in two hours."""
    lake = with_tables(new_lake(timeframes=(M1, H1)))
    history = History(lake)
    history.append([trade(MIDNIGHT + n * 7 * MINUTE, str(n), side="buy") for n in range(12)])
    history.run(NOW)
    return history


@pytest.mark.parametrize("timeframe", [M1, H1])
@pytest.mark.parametrize("column", ["buy_volume", "close_price"])
def test_a_column_that_was_dropped_and_made_anew_is_filled_by_an_ordinary_run(
    history: History, timeframe: Timeframe, column: str
) -> None:
    """Only one of the tables has lost it; a late trade makes one window dirty, and all are to be whole."""
    table = history.lake.tables.target(timeframe)
    with table.update_schema(allow_incompatible_changes=True) as update:
        update.delete_column(column)
    with pytest.raises(UsageError, match=f"column {column} .* is missing") as refused:
        history.aggregate(NOW)
    assert refused.value.hint == "run k2 ohlcv create-tables --evolve"
    history.lake.create_tables(evolve=True)
    assert [each.up_to_date for each in history.lake.status(now=NOW)[1:]] == [timeframe != M1, timeframe != H1]
    history.append([trade(MIDNIGHT + 1, "late", side="sell")])
    reasons = {each.timeframe: each.reason for each in history.run(NOW)}

    assert reasons[timeframe] == f"the column {column} of the candles was made anew"
    history.prove(NOW)
    assert {each.reason for each in history.run(NOW)} == {""}


def test_no_hour_is_made_of_minutes_that_lack_a_column(history: History) -> None:
    with history.lake.tables.target(M1).update_schema() as update:
        update.delete_column("buy_volume")
    history.lake.create_tables(evolve=True)
    history.append([trade(MIDNIGHT + 1, "late", side="sell")])
    history.run(NOW, H1)

    history.prove(NOW, H1)


def test_a_column_that_was_renamed_is_named_and_the_hint_leads_to_whole_candles(history: History) -> None:
    """What was required under its old name is so under the new one, where we have no values for it."""
    with history.lake.tables.target(M1).update_schema() as update:
        update.rename_column("vwap", "mean")
    with pytest.raises(UsageError) as refused:
        history.aggregate(NOW)
    assert "column mean decimal(18, 8) is required" in refused.value.message
    assert "column vwap decimal(18, 8) is missing" in refused.value.message
    assert refused.value.hint == "rename mean back if it was vwap; or run k2 ohlcv create-tables --evolve"
    (unfit,) = history.lake.unfit_tables()
    assert unfit.why == refused.value.message
    found = {each.timeframe: each.status for each in history.lake.create_tables(evolve=True)}

    assert found[M1] is Creation.EVOLVED
    history.run(NOW)
    history.prove(NOW)


@pytest.mark.parametrize("type_", [StringType(), DecimalType(18, 8)])
def test_a_required_column_of_others_is_refused_until_it_need_not_be_filled(history: History, type_: object) -> None:
    with history.lake.tables.target(M1).update_schema(allow_incompatible_changes=True) as update:
        update.add_column("theirs", type_, required=True)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match=r"column theirs .* is required, and candles have no value for it"):
        history.aggregate(NOW)
    history.lake.create_tables(evolve=True)
    history.append([trade(MIDNIGHT + 1, "late")])
    history.run(NOW)

    history.prove(NOW)
