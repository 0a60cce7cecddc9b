"""Trades without a time are in no window: a run and a validation count them, those of files without any time too."""

from collections.abc import Callable

from engines.base import ValidationRequest
from engines.domain.timeframe import HOUR, M1
from engines.lake import Lake
from engines.testing.foreign import append_rows, foreign_source
from engines.testing.history import trade
from engines.testing.strategies import MIDNIGHT

NOW = MIDNIGHT + HOUR


def test_files_without_any_time_are_counted_as_left_out(new_lake: Callable[..., Lake]) -> None:
    history = foreign_source(new_lake(timeframes=(M1,)))
    append_rows(history.table, [trade(MIDNIGHT, "1")])
    nothing = [None, None]
    append_rows(history.table, [trade(0, "2"), trade(0, "3")], timestamp=nothing)

    assert left_out(history.run(NOW)[0].rejected) == {"null_timestamp": 2}
    assert history.run(NOW)[0].rejected == ()
    append_rows(history.table, [trade(0, "4"), trade(0, "5")], timestamp=nothing)
    assert left_out(history.run(NOW)[0].rejected) == {"null_timestamp": 2}
    assert left_out(history.run(NOW, rebuild=True)[0].rejected) == {"null_timestamp": 4}
    request = ValidationRequest(timeframes=(M1,), now=NOW, against_trades=True)
    assert left_out(history.lake.validate(request).sources[0].rejected) == {"null_timestamp": 4}


def left_out(rejected: object) -> dict[str, int]:
    return {each.reason: each.count for each in rejected}  # type: ignore[attr-defined]
