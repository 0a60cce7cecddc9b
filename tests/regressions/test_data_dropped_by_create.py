"""The usual set-up script drops the tables and creates them anew: run twice, it deletes years of candles.

Here `create_tables` makes what is missing, mends what may be mended, and drops nothing.
"""

import pytest

from engines.domain.results import Creation, Status
from engines.domain.timeframe import DEFAULT_TIMEFRAMES, H1, HOUR
from engines.testing.history import History, trade
from engines.testing.strategies import MIDNIGHT

LATER = MIDNIGHT + 2 * HOUR


@pytest.mark.parametrize("evolve", [False, True])
def test_creating_again_drops_nothing(history: History, evolve: bool) -> None:
    history.append([trade(MIDNIGHT, "1")])
    history.run(LATER)
    before = [history.lake.tables.target(timeframe).metadata_location for timeframe in DEFAULT_TIMEFRAMES]
    created = history.lake.create_tables(with_trades=True, evolve=evolve)

    assert {table.status for table in created} == {Creation.EXISTS}
    assert [history.lake.tables.target(timeframe).metadata_location for timeframe in DEFAULT_TIMEFRAMES] == before
    assert {table.status for table in history.run(LATER)} == {Status.UP_TO_DATE}
    history.prove(LATER)


def test_one_missing_table_is_made_and_filled_and_the_others_stay(history: History) -> None:
    history.append([trade(MIDNIGHT, "1")])
    history.run(LATER)
    history.lake.tables.catalog.drop_table(history.lake.names.target(H1))
    created = history.lake.create_tables()
    statuses = [table.status for table in history.run(LATER)]

    assert [table.status for table in created].count(Creation.CREATED) == 1
    assert statuses.count(Status.UPDATED) == 1
    history.prove(LATER)
