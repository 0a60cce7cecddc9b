"""Trades are recomputed in parts that hold whole windows, however long these are."""

from collections.abc import Callable

import pytest

from engines.base import ValidationRequest
from engines.domain.limits import Limits
from engines.domain.timeframe import DAY, FINEST, HOUR, Timeframe
from engines.lake import Lake
from engines.testing.history import History, trade
from engines.testing.strategies import MIDNIGHT
from tests.empty_tables import with_tables

DAYS = 22  # three windows of a week and the rest of one


@pytest.mark.parametrize("longer", [("3d",), ("2d", "3d"), ("4h", "7d")])
def test_candles_of_several_days_are_held_against_all_their_trades(
    new_lake: Callable[..., Lake], longer: tuple[str, ...]
) -> None:
    stored = (FINEST, *map(Timeframe.parse, longer))
    lake = with_tables(new_lake(timeframes=stored, limits=Limits(recomputed=2, rebuilt=2, checked=2)))
    history = History(lake)
    history.append([trade(at, str(at)) for at in range(MIDNIGHT, MIDNIGHT + DAYS * DAY, 11 * HOUR)])
    history.run(MIDNIGHT + DAYS * DAY)
    request = ValidationRequest(timeframes=stored, now=MIDNIGHT + DAYS * DAY, against_trades=True)

    validation = lake.validate(request)

    history.prove(MIDNIGHT + DAYS * DAY)
    assert validation.broken == 0
    for table in validation.tables:
        checked = {f.invariant: f.checked for f in table.findings}
        assert checked["against_trades"] == checked["unique"] == len(history.candles(table.timeframe)), table.timeframe
