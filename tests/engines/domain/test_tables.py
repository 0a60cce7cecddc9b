"""The columns of the tables are a promise to their readers."""

from itertools import pairwise

import pytest

from engines.domain.interval import Intervals
from engines.domain.tables import (
    TRADES,
    TRADES_NEEDED,
    TRADES_USED,
    TableNames,
    partition_units,
    partitioning,
)
from engines.domain.timeframe import D1, DAY, M5, Timeframe
from engines.domain.window import month


def test_what_is_used_of_the_trades_is_there() -> None:
    required = {c.name for c in TRADES if c.required}

    assert {*TRADES_NEEDED, "exchange_date", "exchange_hour"} == required
    assert {*TRADES_USED} < {c.name for c in TRADES if not c.required}


def test_names_of_the_tables() -> None:
    names = TableNames(namespace="lab", candles="bars")

    assert names.source == "lab.gold_crypto_trades"
    assert names.target(M5) == "lab.bars_5m"
    assert TableNames().target(D1) == "market_data.gold_ohlcv_1d"


def test_the_next_coarser_table_is_one_whose_windows_nest() -> None:
    names = TableNames(timeframes=tuple(map(Timeframe.parse, ("1m", "4h", "6h", "12h"))))

    assert [str(names.coarser(timeframe)) for timeframe in names.timeframes] == ["4h", "12h", "12h", "None"]


@pytest.mark.parametrize(
    ("timeframe", "transform"),
    [*((t, "day") for t in ("1m", "15m", "1h", "12h")), *((t, "month") for t in ("1d", "3d", "45d"))],
)
def test_windows_shorter_than_a_day_are_cut_by_day_others_by_month(timeframe: str, transform: str) -> None:
    cut = partitioning(Timeframe.parse(timeframe))

    assert (cut.transform, cut.field, cut.source) == (transform, f"window_date_{transform}", "window_date")


@pytest.mark.parametrize("name", ["3d", "7d", "45d"])
def test_a_window_of_several_days_belongs_to_the_month_it_starts_in(name: str) -> None:
    timeframe = Timeframe.parse(name)
    units = partition_units(timeframe, Intervals.of([(0, 400 * DAY)]))

    assert all(before.end == after.start for before, after in pairwise(units))
    assert units[0].start <= 0
    assert units[-1].end >= 400 * DAY
    for unit in units:
        starts = range(unit.start, unit.end, timeframe.duration)
        assert len({month(start) for start in starts}) == 1
        assert starts
