"""A known retention of the trades: what is older is frozen, whatever goes or comes there."""

from engines.domain.results import Status
from engines.domain.timeframe import DAY, DEFAULT_TIMEFRAMES, HOUR, M1, MINUTE
from engines.testing.history import History, trade
from engines.testing.strategies import MIDNIGHT

NOW = MIDNIGHT + DAY


def fill(history: History) -> None:
    history.append([trade(MIDNIGHT + n * HOUR, str(n)) for n in range(24)])
    history.run(NOW, trades_retention=7 * DAY)


def test_dropped_trades_older_than_the_retention_need_no_choice(history: History) -> None:
    fill(history)
    before = {timeframe: history.candles(timeframe) for timeframe in DEFAULT_TIMEFRAMES}
    history.drop_files(lambda place: place.last < MIDNIGHT + 12 * HOUR)
    history.run(MIDNIGHT + 7 * DAY + 12 * HOUR, trades_retention=7 * DAY)

    assert {timeframe: history.candles(timeframe) for timeframe in DEFAULT_TIMEFRAMES} == before


def test_trades_dropped_before_their_time_are_refused(history: History) -> None:
    fill(history)
    history.drop_files(lambda place: place.last < MIDNIGHT + 12 * HOUR)

    assert history.aggregate(MIDNIGHT + 7 * DAY, trades_retention=7 * DAY).exit_code == 2


def test_late_trades_older_than_the_retention_are_counted_as_frozen(history: History) -> None:
    fill(history)
    before = history.candles(M1)
    history.append([trade(MIDNIGHT + 1, "late"), trade(MIDNIGHT + 20 * HOUR + 1, "in time")])
    finest, *_ = history.run(MIDNIGHT + 7 * DAY + 12 * HOUR, trades_retention=7 * DAY)

    assert finest.frozen == 1
    assert finest.intervals.length == MINUTE
    assert history.candles(M1)[:20] == before[:20]


def test_a_first_build_takes_in_all_there_is(history: History) -> None:
    history.append([trade(MIDNIGHT - 30 * DAY, "old"), trade(MIDNIGHT, "new")])
    history.run(NOW, trades_retention=7 * DAY)

    history.prove(NOW)


def test_a_clock_that_moves_on_is_nothing_to_commit(history: History) -> None:
    fill(history)
    before = [history.lake.tables.target(timeframe).metadata_location for timeframe in DEFAULT_TIMEFRAMES]
    statuses = {table.status for n in range(3) for table in history.run(NOW + n * MINUTE, trades_retention=7 * DAY)}

    assert statuses == {Status.UP_TO_DATE}
    assert [history.lake.tables.target(timeframe).metadata_location for timeframe in DEFAULT_TIMEFRAMES] == before
