"""Tables that others made and filled before us: 14 columns, volume decimal(18,8), cut otherwise, without our keys."""

from collections.abc import Callable

import pytest
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.transforms import IdentityTransform, MonthTransform

from engines.domain.losses import RemovedTrades
from engines.domain.results import Creation, Status
from engines.domain.timeframe import D1, DAY, DEFAULT_TIMEFRAMES, H1, HOUR, M1, M5, M30, MINUTE, Timeframe
from engines.errors import UsageError
from engines.lake import Lake
from engines.testing.foreign import foreign_candles
from engines.testing.history import History, trade
from engines.testing.strategies import MIDNIGHT
from engines.testing.surgery import expire, rewrite_all
from tests.empty_tables import with_tables

NOW = MIDNIGHT + 3 * DAY
SYMBOL, DATE = 1, 5
SPECS = {
    "nothing": PartitionSpec(),
    "identity": PartitionSpec(PartitionField(DATE, 1000, IdentityTransform(), "window_date")),
    "months": PartitionSpec(PartitionField(DATE, 1000, MonthTransform(), "month")),
    "symbol": PartitionSpec(PartitionField(SYMBOL, 1000, IdentityTransform(), "symbol")),
}


def rows_of(history: History, timeframe: Timeframe) -> list[tuple[str, int, int]]:
    """Symbol, window and count of each row: a foreign one has no quote volume, and no `Candle`."""
    rows = history.lake.tables.target(timeframe).scan().to_arrow().to_pylist()
    return sorted((r["symbol"], int(r["window_start"].timestamp()) * 10**6, r["trade_count"]) for r in rows)


@pytest.fixture
def adopted(new_lake: Callable[..., Lake], request: pytest.FixtureRequest) -> History:
    """Two days of trades; minute and day tables by another writer: wrong where there are trades, and more."""
    lake = with_tables(new_lake())
    history = History(lake)
    history.append([trade(MIDNIGHT + HOUR + n * 30 * MINUTE, str(n)) for n in range(80)])
    minutes = [MIDNIGHT - DAY, MIDNIGHT + HOUR, MIDNIGHT + DAY + 90 * MINUTE]
    foreign_candles(lake, M1, SPECS[request.param], [(s, m) for s in ("BTCUSDT", "DEAD") for m in minutes])
    days = [MIDNIGHT - DAY, MIDNIGHT, MIDNIGHT + DAY]
    foreign_candles(lake, D1, SPECS[request.param], [(s, d) for s in ("BTCUSDT", "DEAD") for d in days])
    return history


def ours(history: History, timeframe: Timeframe) -> list[tuple[str, int, int]]:
    return [(c.symbol, c.window_start, c.trade_count) for c in history.truth(timeframe, NOW)]


@pytest.mark.parametrize("adopted", SPECS, indirect=True)
def test_foreign_tables_are_mended_and_filled_and_what_is_not_ours_survives(adopted: History) -> None:
    lake = adopted.lake
    found = {table.timeframe: table for table in lake.create_tables()}
    mended = {table.timeframe: table.status for table in lake.create_tables(evolve=True)}
    again = {table.timeframe: table.status for table in lake.create_tables()}
    adopted.run(NOW)

    assert found[M1].status is Creation.DIFFERS
    assert any("volume is decimal(18, 8)" in sentence for sentence in found[M1].differences)
    assert (mended[M1], mended[D1], mended[H1]) == (
        Creation.EVOLVED,
        Creation.EVOLVED,
        Creation.EXISTS,
    )
    assert set(again.values()) == {Creation.EXISTS}
    dead = [("DEAD", start, 7) for start in (MIDNIGHT - DAY, MIDNIGHT + HOUR, MIDNIGHT + DAY + 90 * MINUTE)]
    older = [("BTCUSDT", MIDNIGHT - DAY, 7)]
    assert rows_of(adopted, M1) == sorted(older + dead + ours(adopted, M1))
    days = rows_of(adopted, D1)
    assert [row for row in days if row[0] == "DEAD"] == [("DEAD", MIDNIGHT + n * DAY, 7) for n in (-1, 0, 1)]
    # The day that holds the first trade of all began before it: its candle stays foreign.
    assert [row for row in days if row[0] != "DEAD"] == [
        ("BTCUSDT", MIDNIGHT - DAY, 7),
        ("BTCUSDT", MIDNIGHT, 7),
        *ours(adopted, D1)[1:],
    ]
    adopted.prove(NOW, M5, M30, H1)


@pytest.mark.parametrize("adopted", SPECS, indirect=True)
def test_an_adopted_table_is_kept_up_to_date_like_any_other(adopted: History) -> None:
    adopted.lake.create_tables(evolve=True)
    adopted.run(NOW)
    before = rows_of(adopted, M1)
    assert {table.status for table in adopted.run(NOW)} == {Status.UP_TO_DATE}
    adopted.append([trade(MIDNIGHT + DAY + 90 * MINUTE + 1, "late"), trade(MIDNIGHT - 2 * DAY, "before")])
    tables = adopted.run(NOW)

    assert [table.frozen for table in tables] == [1, 0, 0, 0, 1]
    changed = set(rows_of(adopted, M1)) ^ set(before)
    assert {start for _, start, _ in changed} == {MIDNIGHT + DAY + 90 * MINUTE}
    adopted.prove(NOW, M5, M30, H1)


@pytest.mark.parametrize("adopted", ["nothing"], indirect=True)
def test_an_old_table_is_named_and_left_alone_until_it_is_evolved(adopted: History) -> None:
    before = rows_of(adopted, M1)
    with pytest.raises(UsageError) as refused:
        adopted.aggregate(NOW)

    assert "quote_volume decimal(38, 16) is missing" in refused.value.message
    assert "create-tables --evolve" in refused.value.hint
    assert rows_of(adopted, M1) == before


@pytest.mark.parametrize("adopted", ["nothing"], indirect=True)
def test_a_data_file_of_several_days_is_replaced_with_all_its_days(adopted: History) -> None:
    adopted.lake.create_tables(evolve=True)
    wide = [task.file.file_path for task in adopted.lake.tables.target(M1).scan().plan_files()]
    adopted.run(NOW)
    files = [task.file for task in adopted.lake.tables.target(M1).scan().plan_files()]

    assert len(wide) == 1
    assert wide[0] not in {file.file_path for file in files}
    assert len({repr(file.partition) for file in files}) == len(files)


class TestLostWatermark:
    """Another writer rewrote the target, and expired the snapshots that told how far it was."""

    def lose(self, history: History) -> None:
        tables = history.lake.tables
        for timeframe in DEFAULT_TIMEFRAMES:
            rewrite_all(tables.target(timeframe))
            table = tables.target(timeframe)
            expire(tables, table, [snapshot.snapshot_id for snapshot in table.metadata.snapshots])

    def test_a_watermark_behind_a_foreign_snapshot_is_found(self, history: History) -> None:
        history.append([trade(MIDNIGHT + n * HOUR, str(n)) for n in range(5)])
        history.run(NOW)
        rewrite_all(history.lake.tables.target(M1))
        assert {table.status for table in history.run(NOW)} == {Status.UP_TO_DATE}
        history.append([trade(MIDNIGHT + 1, "late")])
        finest, *_ = history.run(NOW, incremental_only=True)

        assert finest.windows == 1
        history.prove(NOW)

    def test_everything_is_made_anew_and_no_stamp_moves(self, history: History) -> None:
        history.append([trade(MIDNIGHT + n * HOUR, str(n)) for n in range(5)])
        history.run(NOW)
        before = history.lake.tables.target(M1).scan().to_arrow().sort_by("window_start")
        self.lose(history)
        history.append([trade(MIDNIGHT + 9 * HOUR, "new")])
        assert history.aggregate(NOW, incremental_only=True).exit_code == 2
        history.run(NOW)

        after = history.lake.tables.target(M1).scan().to_arrow().sort_by("window_start")
        assert after.slice(0, 5) == before
        history.prove(NOW)

    def test_candles_that_lost_their_trades_meanwhile_go(self, history: History) -> None:
        history.append([trade(MIDNIGHT + n * HOUR, str(n)) for n in range(5)])
        history.run(NOW)
        self.lose(history)
        history.delete(MIDNIGHT + HOUR, MIDNIGHT + 2 * HOUR)
        history.run(NOW, removed=RemovedTrades.RECOMPUTE)

        history.prove(NOW)
