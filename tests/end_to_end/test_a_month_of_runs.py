"""Thirty days of the 1m schedule in fast motion: metadata stops growing, and so does what a run reads.

The clock is made up, for the runs as for the times of snapshots, so that upkeep sees a day in each day. In the gate a
few days are enough to count what runs read; at night it is 8,640 runs, and their processor time is asserted, too.
"""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import process_time
from types import SimpleNamespace

import pytest
from pyiceberg.io import InputStream
from pyiceberg.io.pyarrow import PyArrowFile
from pyiceberg.table import Table, snapshots

from engines.base import CatalogConfig, EngineConfig
from engines.domain.requests import RefreshRequest, ValidationRequest
from engines.domain.retention import PruneRequest
from engines.domain.tables import TableNames
from engines.domain.timeframe import DAY, HOUR, M1, MINUTE
from engines.iceberg.files import live_files, manifests
from engines.lake import Lake
from engines.registry import open_lake
from engines.testing.arrow import trades_table
from engines.testing.history import trade

MOST_MANIFESTS = 16
"""Number of manifests of a table that a run may have to open."""

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
        """Do what schedules do each night, with the default settings."""
        request = PruneRequest(timeframes=(M1,), now=self.now, run_id=str(uuid.uuid4()))
        work = (
            self.lake.prune(replace(request, candles=False)),
            self.lake.compact((M1,), run_id=str(uuid.uuid4())),
            self.lake.prune(replace(request, snapshots=False, spare=True)),
        )
        assert [each.exit_code for each in work] == [0, 0, 0], work

    def go_on(self, days: int) -> None:
        """Let days pass, each with its runs and a night."""
        for _ in range(days):
            for _ in range(self.a_day):
                self.run()
            self.tidy()

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

    def unneeded(self) -> int:
        """Number of data files of trades on the disk that are not in the table now: held by kept snapshots."""
        table = self.lake.tables.source()
        folder = Path(table.location().removeprefix("file://"))
        return sum(1 for _ in folder.rglob("*.parquet")) - live(table)

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


@dataclass
class Opened:
    """What runs open on the disk, but for data files.

    Attributes:
        files: Number of files that each run opened.
        bytes: Their sizes together.
    """

    files: list[int] = field(default_factory=list)
    bytes: list[int] = field(default_factory=list)

    def during(self, work: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
        """Count what a run opens."""
        paths: list[str] = []
        opening = PyArrowFile.open

        def noted(file: PyArrowFile, *args: bool, **kwargs: bool) -> InputStream:
            paths.append(file.location)
            return opening(file, *args, **kwargs)

        with monkeypatch.context() as patched:
            patched.setattr(PyArrowFile, "open", noted)
            work()
        metadata = [Path(path.removeprefix("file://")) for path in paths if "/metadata/" in path]
        self.files.append(len(metadata))
        self.bytes.append(sum(path.stat().st_size for path in metadata))


def test_what_runs_read_does_not_grow(month: Month, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted, so that no other work of the machine matters: with the first two days the most has been seen."""
    month.each = 2 * HOUR
    days: list[Opened] = []
    held: list[int] = []
    for _ in range(5):
        days.append(Opened())
        for _ in range(month.a_day):
            days[-1].during(month.run, monkeypatch)
            assert max(len(manifests(table, table.current_snapshot())) for table in month.tables()) <= MOST_MANIFESTS
        month.tidy()
        held.append(month.unneeded())
    first, last = days[:2], days[-1]
    measured = month.measured()

    assert max(last.files) <= 1.3 * max(number for day in first for number in day.files)
    assert max(last.bytes) <= 1.3 * max(number for day in first for number in day.bytes)
    assert max(measured["snapshots"]) <= 2 * month.a_day
    assert live(month.lake.tables.source()) <= 2 * month.a_day + len(days)
    assert held[-1] <= held[-2], held


def live(table: Table) -> int:
    """Number of data files that are in a table now."""
    return len(live_files(table, table.current_snapshot()))


@pytest.mark.long
@pytest.mark.parametrize("each", [5 * MINUTE, HOUR])
def test_what_a_run_costs_stops_growing_with_the_second_night(month: Month, each: int) -> None:
    month.each = each
    for day in range(30):
        month.go_on(1)
        print(f"day {day + 1}: {month.day(day):.4f} s a run, {month.measured()}")  # noqa: T201 - the figures
    last = month.measured()

    # A run reads up to two days of snapshots, on the first day half a day's on average: it costs more from then on.
    assert month.day(29) <= 1.3 * month.day(3)
    assert max(last["snapshots"]) <= 2 * month.a_day
    assert max(last["metadata"]) < 1_000_000
    assert live(month.lake.tables.source()) <= 2 * month.a_day + 2 * 30
    checked = month.lake.validate(ValidationRequest(timeframes=(M1,), now=month.now, against_trades=True))
    assert checked.broken == 0
