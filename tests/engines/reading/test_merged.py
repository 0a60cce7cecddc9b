"""Reading of merged candles: gaps from the middle of a series on, and times of which only longer candles are left."""

from decimal import Decimal

import pytest

from engines.base import WindowQuery
from engines.domain.requests import Fill
from engines.domain.retention import PruneRequest
from engines.domain.timeframe import DAY, H1, HOUR, M1, M5, MINUTE, isoformat, to_instant
from engines.domain.window import parse_windows
from engines.errors import UsageError
from engines.lake import Lake
from engines.testing.history import History, trade
from engines.testing.strategies import MIDNIGHT

NOW = MIDNIGHT + 40 * MINUTE
SEVENS = parse_windows("7m")


@pytest.fixture
def lake(history: History) -> Lake:
    """Two series: one with trades in two minutes, one that ended before the second of them."""
    history.append(
        [
            trade(MIDNIGHT + MINUTE, "1", price="5"),
            trade(MIDNIGHT + 21 * MINUTE, "2", price="7"),
            trade(MIDNIGHT + 2 * MINUTE, "3", price="3", exchange="kraken"),
        ]
    )
    history.run(NOW)
    return history.lake


def closes(lake: Lake, **query: object) -> list[tuple[str, int, Decimal | None, bool]]:
    """Exchange, minutes after midnight, close price and whether it is filled in, of each row."""
    found = lake.merged_candles(WindowQuery(windows=SEVENS, **query)).batches.read_all()  # type: ignore[arg-type]
    start = SEVENS.floor(MIDNIGHT)
    return [
        (row["exchange"], (to_instant(row["window_start"]) - start) // MINUTE, row["close_price"], row["filled"])
        for row in found.to_pylist()
    ]


def test_gaps_after_a_start_hold_the_close_before_it(lake: Lake) -> None:
    found = closes(lake, fill=Fill.PREVIOUS, start=MIDNIGHT + 8 * MINUTE)

    binance = [(str(close)[0], filled) for exchange, _, close, filled in found if exchange == "binance"]
    kraken = [(str(close)[0], filled) for exchange, _, close, filled in found if exchange == "kraken"]
    assert binance == [("5", True), ("7", False), ("7", True), ("7", True)]
    assert kraken == [("3", True)] * 4


def test_a_limit_is_so_many_windows_of_each_series_and_may_be_too_large(lake: Lake) -> None:
    everything = closes(lake, fill=Fill.NULL)

    assert closes(lake, fill=Fill.NULL, limit=10**9) == everything
    assert [row[1] for row in closes(lake, fill=Fill.ZERO, limit=2, exchange="kraken")] == [
        row[1] for row in everything if row[0] == "kraken"
    ][-2:]


@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
def test_spans_that_reach_beyond_the_calendar_are_those_of_the_candles(lake: Lake, zone: str) -> None:
    first, last = -62_135_596_800_000_000, 253_402_300_799_999_999  # the years 1 to 9999
    query = WindowQuery(windows=parse_windows("1d", zone=zone), start=first, end=last, fill=Fill.ZERO)

    assert lake.merged_candles(query).batches.read_all().num_rows == 0


def test_where_only_longer_candles_are_left_the_first_time_that_can_be_served_is_named(history: History) -> None:
    history.append([trade(MIDNIGHT + n * 6 * HOUR, str(n)) for n in range(8)])
    now = MIDNIGHT + 2 * DAY
    history.run(now)
    lake = history.lake
    lake.prune(PruneRequest(timeframes=(M1, M5), now=now, run_id="p", retention={M1: DAY, M5: DAY}, most=True))
    windows = parse_windows("10m")

    with pytest.raises(UsageError) as refused:
        lake.merged_candles(WindowQuery(windows=windows, start=MIDNIGHT))

    served = lake.merged_candles(WindowQuery(windows=windows))
    hours = lake.merged_candles(WindowQuery(windows=parse_windows("2h"), start=MIDNIGHT))
    assert "only candles of 30m and 1h and 1d are kept, too long for 10m" in refused.value.message
    assert isoformat(MIDNIGHT + DAY) in refused.value.hint
    assert served.batches.read_all().num_rows == 4
    assert served.serving.coarser[-2:] == (H1, parse_windows("1d").timeframe)
    assert hours.batches.read_all().num_rows == 8
