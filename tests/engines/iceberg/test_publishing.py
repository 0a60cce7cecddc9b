"""Facts about commits: strict compare-and-swap, lost answers, locks, and what a table gathers over many runs."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pytest
from pyiceberg.exceptions import CommitStateUnknownException
from pyiceberg.manifest import DataFile
from pyiceberg.table import Table

from engines.base import CatalogConfig, EngineConfig
from engines.domain.losses import RemovedTrades
from engines.domain.results import Status
from engines.domain.tables import TableNames
from engines.domain.timeframe import D1, DAY, DEFAULT_TIMEFRAMES, M1, MINUTE
from engines.domain.watermark import Watermark
from engines.errors import CommitStateUnknown, Conflict, Unavailable
from engines.iceberg.catalog import Tables
from engines.iceberg.datafiles import DataFileWriter
from engines.iceberg.publication import publish, publish_watermark
from engines.iceberg.state import committed_by, target_state
from engines.registry import open_lake
from engines.testing.history import History, trade
from engines.testing.strategies import MIDNIGHT
from engines.testing.surgery import rewrite_all

NOW = MIDNIGHT + DAY
MARK = Watermark(source_uuid="u", source_snapshot_id=1, source_sequence_number=1, closed_until=0, algebra="1")


def summary(run_id: str = "run") -> dict[str, str]:
    return MARK.summary(engine="test", run_id=run_id, version="0")


@pytest.fixture
def filled(history: History) -> History:
    history.append([trade(MIDNIGHT + n * MINUTE, str(n)) for n in range(10)])
    history.run(NOW)
    return history


def minutes(history: History) -> Table:
    return history.lake.tables.target(M1)


def writer_of(table: Table, rows: pa.Table) -> DataFileWriter:
    writer = DataFileWriter(table)
    writer.write(rows)
    return writer


def replaced(table: Table) -> tuple[DataFileWriter, list[DataFile]]:
    """All rows of a table in new files, and the files they were in."""
    old = [task.file for task in table.scan().plan_files()]
    return writer_of(table, table.scan().to_arrow()), old


class TestCompareAndSwap:
    """A commit lands only on the head that was seen."""

    def test_the_second_of_two_handles_loses_and_its_files_are_deleted(self, filled: History) -> None:
        first, second = minutes(filled), minutes(filled)
        winner, old = replaced(first)
        loser, same = replaced(second)
        lost = [Path(file.file_path.removeprefix("file://")) for file in loser.written]
        publish(filled.lake.tables, removed=old, writer=winner, summary=summary("winner"))
        with pytest.raises(Conflict) as conflict:
            publish(filled.lake.tables, removed=same, writer=loser, summary=summary("loser"))

        assert conflict.value.exit_code == 5
        assert not any(path.exists() for path in lost)
        assert committed_by(minutes(filled), "winner") is not None
        assert committed_by(minutes(filled), "loser") is None
        filled.prove(NOW)

    def test_not_even_two_watermarks_are_committed_over_each_other(self, filled: History) -> None:
        first, second = minutes(filled), minutes(filled)
        publish_watermark(filled.lake.tables, first, summary("winner"))
        with pytest.raises(Conflict):
            publish_watermark(filled.lake.tables, second, summary("loser"))

        assert len(minutes(filled).metadata.snapshots) == 2

    def test_the_first_commit_of_all_loses_to_another_first_commit(self, history: History) -> None:
        first, second = minutes(history), minutes(history)
        publish_watermark(history.lake.tables, first, summary("winner"))
        with pytest.raises(Conflict):
            publish_watermark(history.lake.tables, second, summary("loser"))

    def test_a_foreign_commit_of_any_kind_is_a_conflict(self, filled: History) -> None:
        table = minutes(filled)
        rewrite_all(minutes(filled))
        with pytest.raises(Conflict):
            publish_watermark(filled.lake.tables, table, summary())

    def test_the_switched_off_retry_does_not_leak_into_the_table(self, filled: History) -> None:
        for timeframe in DEFAULT_TIMEFRAMES:
            assert "commit.retry.num-retries" not in filled.lake.tables.target(timeframe).properties


class TestLostAnswers:
    """The catalog's answer to a commit does not arrive: did it land?"""

    @contextmanager
    def answers(
        self, tables: Tables, error: Exception, *, landed: bool, silent_after: bool = False
    ) -> Iterator[list[int]]:
        """The catalog loses its next answer to a commit, before or after doing it; perhaps all of them from then on."""
        catalog = tables.catalog
        commit, load = catalog.commit_table, catalog.load_table
        lost: list[int] = []

        def loses(*arguments: object) -> None:
            if landed:
                commit(*arguments)  # type: ignore[arg-type]
            lost.append(1)
            raise error

        def silent(name: str) -> Table:
            if lost and silent_after:
                raise error
            return load(name)

        catalog.commit_table, catalog.load_table = loses, silent  # type: ignore[method-assign, assignment]
        try:
            yield lost
        finally:
            catalog.commit_table, catalog.load_table = commit, load  # type: ignore[method-assign]

    @pytest.mark.parametrize("error", [CommitStateUnknownException("504"), OSError("connection reset")], ids=repr)
    def test_a_commit_that_landed_is_found_by_its_run(self, filled: History, error: Exception) -> None:
        table = minutes(filled)
        writer, old = replaced(table)
        with self.answers(filled.lake.tables, error, landed=True):
            snapshot_id = publish(filled.lake.tables, removed=old, writer=writer, summary=summary("mine"))

        head = minutes(filled).current_snapshot()
        assert head is not None
        assert head.snapshot_id == snapshot_id
        assert committed_by(minutes(filled), "mine") == head
        filled.prove(NOW)

    def test_a_whole_run_survives_lost_answers(self, filled: History) -> None:
        filled.append([trade(MIDNIGHT + 1, "late")])
        with self.answers(filled.lake.tables, CommitStateUnknownException("504"), landed=True) as lost:
            filled.run(NOW)

        assert len(lost) == 5
        filled.prove(NOW)

    @pytest.mark.parametrize(
        ("error", "kind"),
        [(CommitStateUnknownException("504"), CommitStateUnknown), (OSError("connection reset"), Unavailable)],
        ids=repr,
    )
    def test_a_commit_that_did_not_land_is_not_found_and_its_files_stay(
        self, filled: History, error: Exception, kind: type[Exception]
    ) -> None:
        """Whether it will still land nobody knows: files that a commit might name are never deleted."""
        table = minutes(filled)
        writer, old = replaced(table)
        with self.answers(filled.lake.tables, error, landed=False), pytest.raises(kind):
            publish(filled.lake.tables, removed=old, writer=writer, summary=summary("mine"))

        assert writer.written
        assert all(Path(file.file_path.removeprefix("file://")).exists() for file in writer.written)
        filled.run(NOW)
        filled.prove(NOW)

    def test_a_catalog_that_stays_silent_cannot_tell(self, filled: History) -> None:
        tables, table = filled.lake.tables, minutes(filled)
        with (
            self.answers(tables, OSError("gone"), landed=True, silent_after=True),
            pytest.raises(CommitStateUnknown) as unknown,
        ):
            publish_watermark(tables, table, summary("mine"))

        assert unknown.value.exit_code == 7
        assert "run the command again" in unknown.value.hint


class TestLocks:
    """SQLite lets one writer in."""

    def test_a_locked_catalog_is_exit_5_and_says_so(self, tmp_path: Path) -> None:
        properties = {
            "type": "sql",
            "uri": f"sqlite:///{tmp_path}/catalog.db?timeout=0.2",
            "warehouse": (tmp_path / "data").as_uri(),
        }
        config = EngineConfig(catalog=CatalogConfig(name="t", properties=properties), names=TableNames(), attempts=2)
        lake = open_lake("polars", config)
        lake.create_tables(with_trades=True)
        history = History(lake)
        history.append([trade(MIDNIGHT, "1")])
        holder = sqlite3.connect(tmp_path / "catalog.db")
        try:
            holder.execute("BEGIN IMMEDIATE")
            refresh = history.aggregate(NOW)
        finally:
            holder.rollback()
            holder.close()

        assert refresh.exit_code == 5
        assert {table.status for table in refresh.tables} == {Status.FAILED}
        assert "locked by another process" in str(refresh.tables[0].failure)
        history.run(NOW)
        history.prove(NOW)


class TestWatermarks:
    """How far a table is stands in its own snapshots."""

    def test_the_walk_passes_by_foreign_snapshots(self, filled: History) -> None:
        before = target_state(minutes(filled))
        for _ in range(3):
            rewrite_all(minutes(filled))
        after = target_state(minutes(filled))

        assert after.watermark == before.watermark
        assert after.marked == before.marked
        assert after.head != before.head

    def test_a_watermark_alone_touches_no_file(self, filled: History) -> None:
        before = sorted(task.file.file_path for task in minutes(filled).scan().plan_files())
        publish_watermark(filled.lake.tables, minutes(filled), summary())
        state = target_state(minutes(filled))

        assert sorted(task.file.file_path for task in minutes(filled).scan().plan_files()) == before
        assert state.watermark == MARK
        filled_head = minutes(filled).current_snapshot()
        assert filled_head is not None
        assert filled_head.summary is not None
        assert filled_head.summary["total-records"] == "10"


def test_thirty_runs_gather_no_manifests_and_no_small_files(history: History) -> None:
    """PyIceberg 0.12 keeps manifests of deleted entries for ever, and never merges those of an overwrite."""
    for n in range(30):
        history.append([trade(MIDNIGHT + n * 20 * MINUTE, str(n)), trade(MIDNIGHT + DAY + n * MINUTE, str(n))])
        history.run(NOW + DAY, M1, D1)
    for timeframe in (M1, D1):
        table = history.lake.tables.target(timeframe)
        head = table.current_snapshot()
        assert head is not None
        manifests = head.manifests(table.io)
        files = list(table.scan().plan_files())

        assert len(manifests) <= 4, timeframe
        assert sum(manifest.deleted_files_count or 0 for manifest in manifests) <= 2
        assert len(files) == len({repr(task.file.partition) for task in files})
    history.prove(NOW + DAY, M1, D1)


@pytest.mark.parametrize("scheme", ["file:", "file://", ""])
def test_every_spelling_of_a_local_path_is_read(tmp_path: Path, scheme: str) -> None:
    """Spark writes file:/x, PyIceberg file:///x."""
    properties = {
        "type": "sql",
        "uri": f"sqlite:///{tmp_path}/catalog.db",
        "warehouse": f"{scheme}{tmp_path}/a b%20c/data",
    }
    lake = open_lake("polars", EngineConfig(catalog=CatalogConfig(name="t", properties=properties)))
    lake.create_tables(with_trades=True)
    history = History(lake)
    history.append([trade(MIDNIGHT + n * 20 * MINUTE, str(n)) for n in range(100)])
    history.run(NOW)
    history.append([trade(MIDNIGHT + 1, "late")])
    history.run(NOW)
    history.mask(lambda place: place.rank == 2)
    history.append([trade(MIDNIGHT + 2, "late")])
    history.run(NOW, removed=RemovedTrades.RECOMPUTE)

    history.prove(NOW)
