"""The columns of the tables are a promise to their readers."""

import pytest

from engines.domain.tables import TRADES, TRADES_NEEDED, TRADES_PARTITION, TRADES_USED, TableNames, partitioning
from engines.domain.timeframe import D1, DEFAULT_TIMEFRAMES, M5, Timeframe


def test_what_is_used_of_the_trades_is_there() -> None:
    required = {c.name for c in TRADES if c.required}

    assert {*TRADES_NEEDED, *TRADES_PARTITION} == required
    assert {*TRADES_USED} < {c.name for c in TRADES if not c.required}


def test_names_of_the_tables() -> None:
    names = TableNames(namespace="lab", candles="bars")

    assert names.source == "lab.gold_crypto_trades"
    assert names.target(M5) == "lab.bars_5m"
    assert TableNames().target(D1) == "market_data.gold_ohlcv_1d"


def test_the_next_coarser_table_is_one_whose_windows_nest() -> None:
    names = TableNames(timeframes=tuple(map(Timeframe.parse, ("1m", "4h", "6h", "12h"))))

    assert [str(names.coarser(timeframe)) for timeframe in names.timeframes] == ["4h", "12h", "12h", "None"]


@pytest.mark.parametrize("timeframe", list(DEFAULT_TIMEFRAMES))
def test_daily_candles_are_cut_by_month_all_others_by_day(timeframe: Timeframe) -> None:
    transform = "month" if timeframe == D1 else "day"
    cut = partitioning(timeframe)

    assert (cut.transform, cut.field, cut.source) == (transform, f"window_date_{transform}", "window_date")
