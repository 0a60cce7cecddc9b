"""Thirty days of the 1m schedule in fast motion: metadata stops growing.

The clock is made up, for the runs as for the times of snapshots, so that upkeep sees a week in each week. What a run
costs is printed, in seconds of processor time, and the sizes are asserted.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import process_time
from types import SimpleNamespace

import pytest
from pyiceberg.table import Table, snapshots

from engines.base import CatalogConfig, EngineConfig
from engines.domain.requests import RefreshRequest, ValidationRequest
from engines.domain.retention import PruneRequest
from engines.domain.tables import TableNames
from engines.domain.timeframe import DAY, HOUR, M1, MINUTE
from engines.lake import Lake
from engines.registry import open_lake
from engines.testing.arrow import trades_table
from engines.testing.history import trade

BEGIN = 1_900_000_000_000_000 // DAY * DAY  # 2030: after the clock of the machine, which PyIceberg holds times against


@dataclass
class Month:
    """A lake with the 1m table, and a clock."""

    lake: Lake
    each: int = 5 * MINUTE
    now: int = BEGIN
    seconds: list[float] = field(default_factory=list)

    def run(self) -> None:
        """Some minutes pass: trades are delivered, and `aggregate 1m` is run."""
        start, self.now = self.now, self.now + self.each
        rows = [trade(start + n * (self.each // 15), f"{start}.{n}") for n in range(15)]
        self.lake.append([trades_table(rows)], run_id=str(uuid.uuid4()))
        began = process_time()
        refresh = self.lake.aggregate(RefreshRequest(timeframes=(M1,), now=self.now, run_id=str(uuid.uuid4())))
        self.seconds.append(process_time() - began)
        assert refresh.exit_code == 0, refresh.tables

    def tidy(self) -> None:
        """Do what schedules do once a week, with the default settings."""
        self.lake.compact((M1,), run_id=str(uuid.uuid4()))
        pruned = self.lake.prune(PruneRequest(timeframes=(M1,), now=self.now, run_id=str(uuid.uuid4())))
        assert pruned.exit_code == 0, pruned.tables

    def tables(self) -> Iterator[Table]:
        yield self.lake.tables.source()
        yield self.lake.tables.target(M1)

    def measured(self) -> dict[str, list[int]]:
        """Bytes of the metadata file, snapshots, and files on the disk, of the trades and of the candles."""
        found: dict[str, list[int]] = {"metadata": [], "snapshots": [], "files": [], "folder": []}
        for table in self.tables():
            folder = Path("/" + table.location().removeprefix("file:").lstrip("/"))
            files = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
            found["metadata"].append(
                Path("/" + table.metadata_location.removeprefix("file:").lstrip("/")).stat().st_size
            )
            found["snapshots"].append(len(table.metadata.snapshots))
            found["files"].append(len(files))
            found["folder"].append(sum(files))
        return found

    @property
    def a_day(self) -> int:
        """Number of runs in a day."""
        return DAY // self.each

    def day(self, number: int) -> float:
        """What a run of a day cost on average."""
        return sum(self.seconds[number * self.a_day : (number + 1) * self.a_day]) / self.a_day


@pytest.fixture
def month(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Month:
    properties = {"type": "sql", "uri": f"sqlite:///{tmp_path}/catalog.db", "warehouse": f"file://{tmp_path}/warehouse"}
    names = TableNames(timeframes=(M1,))
    lake = open_lake("polars", EngineConfig(catalog=CatalogConfig(name="k2", properties=properties), names=names))
    lake.create_tables(with_trades=True)
    month = Month(lake)
    monkeypatch.setattr(snapshots, "time", SimpleNamespace(time=lambda: month.now / 1_000_000))
    return month


@pytest.mark.long
@pytest.mark.parametrize("each", [5 * MINUTE, HOUR])
def test_metadata_does_not_grow_for_ever(month: Month, each: int) -> None:
    month.each = each
    for day in range(30):
        for _ in range(month.a_day):
            month.run()
        if day % 7 == 6:
            month.tidy()
        print(f"day {day + 1}: {month.day(day):.4f} s a run, {month.measured()}")  # noqa: T201 - the figures
    last = month.measured()

    # Five days of snapshots stay, and those of a week until the next upkeep.
    assert max(last["snapshots"]) <= 12 * month.a_day
    assert max(last["metadata"]) < 5_000_000
    checked = month.lake.validate(ValidationRequest(timeframes=(M1,), now=month.now, against_trades=True))
    assert checked.broken == 0
