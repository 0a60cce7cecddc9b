"""Prune: what goes, what stays, what is freed, what is refused, and that nothing brings pruned windows back."""

from typing import TYPE_CHECKING

import pytest
from pyiceberg.io.pyarrow import PyArrowFile

from engines.domain.limits import Limits
from engines.domain.timeframe import D1, DAY, DEFAULT_TIMEFRAMES, H1, HOUR, M1, M5, M30, MINUTE
from engines.domain.upkeep import UpkeepStatus
from engines.iceberg.state import target_state
from engines.testing.arrow import candles_of
from engines.testing.history import trade
from engines.testing.strategies import MIDNIGHT
from engines.testing.surgery import expire, rewrite_all

if TYPE_CHECKING:
    from tests.engines.upkeep.conftest import Keeping

CUTOFF = MIDNIGHT + 4 * DAY


class TestPlan:
    """The plan shows cutoff, partitions, rows, files and bytes; a dry run does nothing else."""

    def test_it_counts_what_goes(self, filled: "Keeping") -> None:
        before = filled.table().metadata_location
        sizes = [f.file.file_size_in_bytes for f in filled.table().scan(f"window_start < '{day(4)}'").plan_files()]
        plan = filled.pruned(dry_run=True)

        assert (plan.status, plan.cutoff) == (UpkeepStatus.PLANNED, CUTOFF)
        assert (plan.partitions, plan.rows, plan.files, plan.bytes) == (4, 32, 4, sum(sizes))
        assert filled.table().metadata_location == before
        filled.history.prove(filled.now, M1, M5)

    @pytest.mark.parametrize("keep", [0, 1, 3, 100])
    def test_it_is_what_a_run_does(self, filled: "Keeping", keep: int) -> None:
        options = {"keep_snapshots": keep, "keep_age": -(10**18)}
        plan = filled.pruned(dry_run=True, **options)
        done = filled.pruned(**options)

        for name in ("cutoff", "partitions", "rows", "files", "bytes", "snapshots_expired"):
            assert getattr(plan, name) == getattr(done, name), name

    def test_a_cutoff_within_a_partition_spares_it(self, filled: "Keeping") -> None:
        filled.now += 5 * HOUR

        assert filled.pruned(dry_run=True).cutoff == CUTOFF

    def test_a_table_without_a_retention_loses_nothing(self, filled: "Keeping") -> None:
        result = filled.pruned(days=10**4)

        assert (result.status, result.rows) == (UpkeepStatus.NOTHING, 0)
        filled.history.prove(filled.now, M1, M5)

    def test_nothing_to_do_commits_nothing(self, filled: "Keeping") -> None:
        filled.pruned()
        before = filled.table().metadata_location

        assert filled.pruned().status is UpkeepStatus.NOTHING
        assert filled.table().metadata_location == before

    def test_empty_tables_have_nothing_to_lose(self, keeping: "Keeping") -> None:
        assert {t.status for t in keeping.prune(*DEFAULT_TIMEFRAMES).tables} == {UpkeepStatus.NOTHING}


class TestDelete:
    """Candles go by metadata alone."""

    def test_no_data_file_is_read(self, filled: "Keeping", monkeypatch: pytest.MonkeyPatch) -> None:
        opened: list[str] = []
        original = PyArrowFile.open

        def spy(self: PyArrowFile, seekable: bool = True) -> object:
            opened.append(self.location)
            return original(self, seekable)

        monkeypatch.setattr(PyArrowFile, "open", spy)
        for path in filled.files():
            if "/data/" in str(path):
                path.rename(path.with_suffix(".hidden"))
        result = filled.pruned(force=True)

        assert result.rows == 32
        assert opened
        assert not any("/data/" in path for path in opened)
        for path in filled.files():
            if path.suffix == ".hidden":
                path.rename(path.with_suffix(".parquet"))
        filled.prove(CUTOFF)

    def test_it_is_one_commit_with_the_fence(self, filled: "Keeping") -> None:
        before = [s.snapshot_id for s in filled.table().metadata.snapshots]
        filled.pruned()
        table = filled.table()
        (added,) = [s for s in table.metadata.snapshots if s.snapshot_id not in before]
        state = target_state(table)

        assert added.summary is not None
        assert added.summary["k2.fence"] == str(CUTOFF) == table.properties["k2.fence"]
        assert added.parent_snapshot_id == before[-1]
        assert (state.fence, state.marked) == (CUTOFF, added)

    def test_months_go_whole(self, filled_all: "Keeping") -> None:
        """Daily candles are cut by month: April keeps all of March."""
        filled_all.now = MIDNIGHT + 35 * DAY
        assert filled_all.pruned(D1, days=10, force=True).rows == 0
        assert filled_all.pruned(D1, days=3, force=True).rows == 6

    def test_every_table_by_its_own_retention(self, filled_all: "Keeping") -> None:
        prune = filled_all.prune(*DEFAULT_TIMEFRAMES, days=3)

        assert prune.exit_code == 0
        assert [t.rows for t in prune.tables] == [24, 24, 24, 24, 0]
        filled_all.prove(MIDNIGHT + 3 * DAY, M1, M5, M30, H1)
        filled_all.prove(0, D1)

    def test_a_file_that_reaches_over_the_cutoff_keeps_its_partitions(self, filled: "Keeping") -> None:
        """A foreign file over three days: it can only go whole, so the fence stands before it."""
        table = filled.table()
        rows = table.scan(f"window_start >= '{day(2)}' and window_start < '{day(5)}'").to_arrow()
        table.delete(f"window_start >= '{day(2)}' and window_start < '{day(5)}'")
        with filled.table().update_spec() as spec:
            spec.remove_field("window_date_day")
        filled.table().append(rows)
        result = filled.pruned()

        assert (result.cutoff, result.rows) == (MIDNIGHT + 2 * DAY, 16)
        filled.prove(MIDNIGHT + 2 * DAY)


class TestFence:
    """What is pruned stays pruned."""

    def late(self, keeping: "Keeping") -> None:
        keeping.history.append([trade(MIDNIGHT + MINUTE, "late"), trade(CUTOFF + MINUTE, "in time")])

    def test_a_late_trade_brings_nothing_back(self, filled_all: "Keeping") -> None:
        filled_all.pruned()
        self.late(filled_all)
        finest, *_ = filled_all.history.run(filled_all.now)

        assert finest.frozen == 1
        filled_all.prove(CUTOFF)
        filled_all.prove(0, *(t for t in DEFAULT_TIMEFRAMES if t != M1))

    def test_a_rebuild_brings_nothing_back(self, filled_all: "Keeping") -> None:
        filled_all.pruned()
        self.late(filled_all)
        filled_all.history.run(filled_all.now, rebuild=True)
        filled_all.prove(CUTOFF)
        filled_all.prove(0, *(t for t in DEFAULT_TIMEFRAMES if t != M1))

    def test_a_requested_range_brings_nothing_back(self, filled: "Keeping") -> None:
        filled.pruned()
        filled.history.run(filled.now, start=MIDNIGHT, end=filled.now)
        filled.prove(CUTOFF)

    def test_a_lost_watermark_brings_nothing_back(self, filled: "Keeping") -> None:
        filled.pruned()
        rewrite_all(filled.table())
        expire(filled.lake.tables, filled.table(), [s.snapshot_id for s in filled.table().metadata.snapshots])
        assert target_state(filled.table()).watermark is None
        self.late(filled)
        filled.history.run(filled.now)
        filled.prove(CUTOFF)

    @pytest.mark.parametrize("options", [{}, {"rebuild": True}])
    def test_a_prune_after_a_foreign_commit_is_remembered_too(
        self, filled: "Keeping", options: dict[str, bool]
    ) -> None:
        rewrite_all(filled.table())
        filled.pruned()
        assert target_state(filled.table()).fence == CUTOFF
        self.late(filled)
        filled.history.run(filled.now, **options)
        filled.prove(CUTOFF)

    def test_a_shorter_retention_moves_it_on_and_a_longer_one_never_back(self, filled: "Keeping") -> None:
        filled.pruned(days=3)
        filled.pruned(days=2)
        filled.pruned(days=5)

        assert target_state(filled.table()).fence == CUTOFF
        filled.prove(CUTOFF)

    def test_a_run_after_it_finds_nothing_to_do(self, filled_all: "Keeping") -> None:
        filled_all.prune(*DEFAULT_TIMEFRAMES, days=3)
        before = [filled_all.table(t).metadata_location for t in DEFAULT_TIMEFRAMES]
        filled_all.history.run(filled_all.now)

        assert [filled_all.table(t).metadata_location for t in DEFAULT_TIMEFRAMES] == before


class TestSnapshots:
    """Snapshots expire by count and age; tags, branches and what carries the watermark stay."""

    def test_by_count_and_age(self, filled: "Keeping") -> None:
        ids = [s.snapshot_id for s in filled.table().metadata.snapshots]
        young = filled.table().metadata.snapshots[-2].timestamp_ms * 1000

        assert filled.pruned(days=100, keep_snapshots=1, keep_age=filled.now - young).snapshots_expired == len(ids) - 2
        assert [s.snapshot_id for s in filled.table().metadata.snapshots] == ids[-2:]
        assert filled.pruned(days=100, keep_snapshots=2, keep_age=-(10**18)).snapshots_expired == 0
        assert filled.pruned(days=100, keep_snapshots=1, keep_age=-(10**18)).snapshots_expired == 1

    def test_readers_of_a_tag_and_a_branch_keep_their_snapshot(self, filled: "Keeping") -> None:
        ids = [s.snapshot_id for s in filled.table().metadata.snapshots]
        filled.table().manage_snapshots().create_tag(ids[1], "audit").commit()
        filled.table().manage_snapshots().create_branch(ids[2], "study").commit()
        seen = {name: candles_of(filled.table().scan().use_ref(name).to_arrow()) for name in ("audit", "study")}
        result = filled.pruned(keep_snapshots=1, keep_age=-(10**18), orphans=True, orphan_age=-(10**18))

        assert result.snapshots_expired == len(ids) - 2
        assert result.bytes_freed > 0
        for name, rows in seen.items():
            assert candles_of(filled.table().scan().use_ref(name).to_arrow()) == rows
        assert seen["audit"]
        filled.prove(CUTOFF)

    def test_the_watermark_under_foreign_commits_stays(self, filled: "Keeping") -> None:
        """It is found by walking from the head: none of the snapshots between may go either."""
        for _ in range(3):
            rewrite_all(filled.table())
        filled.pruned(days=100, keep_snapshots=1, keep_age=-(10**18))

        assert target_state(filled.table()).watermark is not None
        assert len(filled.table().metadata.snapshots) == 4

    def test_a_zero_does_not_take_the_head(self, filled: "Keeping") -> None:
        filled.pruned(keep_snapshots=0, keep_age=-(10**18))

        assert len(filled.table().metadata.snapshots) == 1
        filled.prove(CUTOFF)


class TestBytes:
    """What is reported as freed has really left the disk."""

    @pytest.mark.parametrize("orphans", [False, True])
    def test_freed_bytes_are_the_disks(self, filled: "Keeping", orphans: bool) -> None:
        stray = filled.folder() / "data" / "stray.parquet"
        stray.write_bytes(b"x" * 1000)
        before = filled.files()
        result = filled.pruned(keep_snapshots=1, keep_age=-(10**18), orphans=orphans, orphan_age=-(10**18))
        after = filled.files()
        gone = {path: size for path, size in before.items() if path not in after}

        assert (result.files_deleted + result.orphans_deleted, result.bytes_freed + result.orphan_bytes) == (
            len(gone),
            sum(gone.values()),
        )
        assert (result.orphans_deleted, result.orphan_bytes) == ((1, 1000) if orphans else (0, 0))
        assert sum(path.suffix == ".parquet" for path in gone) == 4 + orphans
        assert any(path.suffix == ".avro" for path in gone)
        assert not any(path.name.endswith(".metadata.json") for path in gone)

    def test_nothing_leaves_while_a_snapshot_reads_it(self, filled: "Keeping") -> None:
        before = filled.files()
        result = filled.pruned()

        assert (result.files_deleted, result.bytes_freed) == (0, 0)
        assert before.keys() <= filled.files().keys()


class TestCover:
    """Candles that the next coarser table does not stand for are not dropped, unless by force."""

    def test_a_coarser_table_that_is_behind(self, keeping: "Keeping") -> None:
        keeping.history.append([trade(MIDNIGHT + n * HOUR, str(n)) for n in range(0, 144, 3)])
        keeping.history.run(keeping.now, M1)
        prune = keeping.prune()
        (table,) = prune.tables

        assert (prune.exit_code, table.status) == (2, UpkeepStatus.FAILED)
        assert "32 windows of 5m do not hold the trades of the candles that would go" in str(table.failure)
        assert "the first one binance BTCUSDT 2024-03-01T00:00:00Z" in str(table.failure)
        assert "k2 ohlcv aggregate 5m" in str(table.failure)
        assert "--force" in str(table.failure)
        keeping.prove(0)
        keeping.history.run(keeping.now)
        assert keeping.pruned().rows == 32

    def test_small_batches_say_the_same(self, filled: "Keeping") -> None:
        filled.table(M5).delete(f"window_start >= '{day(1)}'")
        whole = filled.prune().tables[0]
        filled.lake = filled.reopened(limits=Limits(covered=3))

        assert filled.prune().tables[0] == whole
        assert "24 windows of 5m" in str(whole.failure)

    def test_force_drops_them_all_the_same(self, filled: "Keeping") -> None:
        filled.table(M5).delete("window_start is not null")

        assert filled.prune().exit_code == 2
        assert filled.pruned(force=True).rows == 32
        filled.prove(CUTOFF)

    def test_the_coarsest_table_needs_no_cover(self, filled_all: "Keeping") -> None:
        filled_all.now += 60 * DAY

        assert filled_all.pruned(D1).rows == 6

    def test_one_table_that_is_refused_does_not_keep_the_others(self, filled_all: "Keeping") -> None:
        filled_all.table(M30).delete("window_start is not null")
        prune = filled_all.prune(M1, M5, H1)

        assert prune.exit_code == 2
        assert [t.status for t in prune.tables] == [UpkeepStatus.DONE, UpkeepStatus.FAILED, UpkeepStatus.DONE]


def day(number: int) -> str:
    return f"2024-03-{1 + number:02}T00:00:00+00:00"
