"""Files that no snapshot reaches: prune deletes those that are ours and old, and no other."""

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest
from pyiceberg.table.update import SetLocationUpdate

from engines.base import CandleQuery
from engines.domain.timeframe import DAY, M1
from engines.domain.upkeep import UpkeepStatus
from engines.testing.strategies import MIDNIGHT

if TYPE_CHECKING:
    from tests.engines.upkeep.conftest import Keeping

CUTOFF = MIDNIGHT + 4 * DAY


class TestOrphans:
    """Files that nothing names go, when they are old enough; all others stay."""

    def aged(self, path: Path, hours: float) -> Path:
        os.utime(path, (time.time() - hours * 3600,) * 2)
        return path

    def stray(self, keeping: "Keeping", name: str, hours: float) -> Path:
        path = keeping.folder() / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"stray")
        return self.aged(path, hours)

    def test_only_old_ones_and_only_when_asked(self, filled: "Keeping") -> None:
        filled.now = int(time.time() * 10**6)
        old = self.stray(filled, "data/window_date_day=2024-03-01/old.parquet", 24.1)
        avro = self.stray(filled, "metadata/old.avro", 30)
        young = self.stray(filled, "data/young.parquet", 23.9)
        assert filled.pruned(days=10**4).orphans_deleted == 0
        plan = filled.pruned(days=10**4, orphans=True, dry_run=True)
        assert (plan.status, plan.orphans_deleted, old.exists()) == (UpkeepStatus.PLANNED, 2, True)
        result = filled.pruned(days=10**4, orphans=True)

        assert (result.orphans_deleted, result.orphan_bytes) == (2, 10)
        assert (old.exists(), avro.exists(), young.exists()) == (False, False, True)

    def test_nothing_that_is_named_goes_however_old(self, filled: "Keeping") -> None:
        filled.table().manage_snapshots().create_tag(filled.table().metadata.snapshots[0].snapshot_id, "t").commit()
        before = filled.files()
        for path in before:
            self.aged(path, 1000)
        result = filled.pruned(days=100, orphans=True, keep_snapshots=100)

        assert (result.status, result.orphans_deleted) == (UpkeepStatus.NOTHING, 0)
        assert filled.files() == before

    def test_files_that_are_shared_with_others_are_left_alone(self, filled: "Keeping") -> None:
        """Iceberg's gc.enabled=false: candles still go, but no snapshot expires and no file leaves the disk."""
        with filled.table().transaction() as transaction:
            transaction.set_properties({"gc.enabled": "false"})
        stray = self.stray(filled, "data/stray.parquet", 100)
        before = filled.files()
        result = filled.pruned(keep_snapshots=1, keep_age=-(10**18), orphans=True, orphan_age=-(10**18))

        assert (result.rows, result.snapshots_expired, result.files_deleted, result.orphans_deleted) == (32, 0, 0, 0)
        assert stray.exists()
        assert before.keys() <= filled.files().keys()

    @pytest.mark.parametrize("spelling", ["file:/", "file:///", "/"])
    def test_one_file_may_be_spelled_in_several_ways(self, filled: "Keeping", spelling: str) -> None:
        """Spark writes file:/x where PyIceberg writes file:///x."""
        table = filled.table()
        rows = table.scan(f"window_start >= '{day(5)}'").to_arrow()
        table.delete(f"window_start >= '{day(5)}'")
        path = filled.folder() / "data" / "spark.parquet"
        pq.write_table(rows, path)
        filled.table().add_files([spelling + str(path).lstrip("/")])
        self.aged(path, 100)
        result = filled.pruned(days=100, orphans=True, orphan_age=-(10**18))

        assert path.exists()
        assert result.orphans_deleted == 0
        assert filled.lake.candles(CandleQuery(timeframe=M1)).read_all().num_rows == 48

    def test_a_location_may_be_spelled_in_another_way_too(self, filled: "Keeping") -> None:
        table, tables = filled.table(), filled.lake.tables
        with table.transaction() as transaction:
            transaction._apply((SetLocationUpdate(location=table.location().replace("file:///", "file:/")),))  # noqa: SLF001
        for path in filled.files():
            self.aged(path, 100)
        stray = self.stray(filled, "data/stray.parquet", 100)
        result = filled.pruned(days=100, orphans=True, orphan_age=-(10**18), keep_snapshots=100)

        assert (result.orphans_deleted, stray.exists()) == (1, False)
        assert tables.target(M1).scan().to_arrow().num_rows == 48

    def test_companions_of_named_files_stay(self, filled: "Keeping") -> None:
        """Hadoop keeps a checksum beside each file it writes, and the number of the newest metadata file."""
        data = next(path for path in filled.files() if path.suffix == ".parquet")
        kept = self.stray(filled, str(data.with_name(f".{data.name}.crc").relative_to(filled.folder())), 100)
        lost = self.stray(filled, "data/.gone.parquet.crc", 100)
        hint = self.stray(filled, "metadata/version-hint.text", 100)
        result = filled.pruned(days=100, orphans=True, orphan_age=-(10**18), keep_snapshots=100)

        assert result.orphans_deleted == 1
        assert (kept.exists(), lost.exists(), hint.exists()) == (True, False, True)


def day(number: int) -> str:
    return f"2024-03-{1 + number:02}T00:00:00+00:00"
