"""Thirty days of the 1m schedule in fast motion: metadata stops growing, and so does what a run reads.

The clock is made up, for the runs as for the times of snapshots, so that upkeep sees a day in each day. In the gate a
few days are enough to count what runs read; at night it is 8,640 runs, and their processor time is asserted, too: of
`k2 ohlcv aggregate` as cron starts it, run by run beside a lake that begins, so that other work of the machine counts
for both.
"""

import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
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
from engines.domain.timeframe import DAY, HOUR, M1, MINUTE, isoformat
from engines.iceberg.files import live_files, manifests
from engines.lake import Lake
from engines.registry import open_lake
from engines.testing.arrow import trades_table
from engines.testing.history import trade

MOST_MANIFESTS = 16
"""Number of manifests of a table that a run may have to open."""

BEGIN = 1_900_000_000_000_000 // DAY * DAY  # 2030: after the clock of the machine, which PyIceberg holds times against


A_RUN = """
import sys
from types import SimpleNamespace
from k2cli.__main__ import main
from pyiceberg.table import snapshots

snapshots.time = SimpleNamespace(time=lambda: float(sys.argv[2]))
sys.exit(main(["ohlcv", "aggregate", "1m", "--now", sys.argv[1], "--quiet"]))
"""
"""`k2 ohlcv aggregate` at a moment of the past or future: of the run, and of its snapshot."""


@dataclass
class Month:
    """A lake with the 1m table, and a clock.

    Attributes:
        folder: Where its settings are.
        lake: The lake.
        clock: The clock of snapshots, of all lakes of the test.
        each: Time between two runs.
        now: The clock of its runs.
        seconds: Processor time of each run in this process.
    """

    folder: Path
    lake: Lake
    clock: SimpleNamespace
    each: int = 5 * MINUTE
    now: int = BEGIN
    seconds: list[float] = field(default_factory=list)

    def deliver(self) -> None:
        """Some minutes pass, and trades are delivered."""
        start, self.now = self.now, self.now + self.each
        self.clock.now = self.now
        rows = [trade(start + n * (self.each // 15), f"{start}.{n}") for n in range(15)]
        self.lake.append([trades_table(rows)], run_id=str(uuid.uuid4()))

    def process(self) -> float:
        """`k2 ohlcv aggregate 1m` after a delivery, as cron starts it; seconds of processor time, all included."""
        self.deliver()
        line = [sys.executable, "-c", A_RUN, isoformat(self.now), str(self.now / 1_000_000)]
        before = getrusage(RUSAGE_CHILDREN)
        subprocess.run(line, cwd=self.folder, env=os.environ | {"PYTHONDONTWRITEBYTECODE": ""}, check=True)
        after = getrusage(RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    def run(self) -> None:
        """`aggregate 1m` after a delivery, in this process."""
        self.deliver()
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
def begin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Month]:
    """Begins a month in a new folder."""
    clock = SimpleNamespace(now=BEGIN)
    monkeypatch.setattr(snapshots, "time", SimpleNamespace(time=lambda: clock.now / 1_000_000))

    def a_month(name: str) -> Month:
        folder = tmp_path / name
        folder.mkdir()
        uri, warehouse = f"sqlite:///{folder}/catalog.db", f"file://{folder}/warehouse"
        (folder / "k2.toml").write_text(
            f'[catalog]\nuri = "{uri}"\nwarehouse = "{warehouse}"\n[tables]\ntimeframes = ["1m"]\n'
        )
        config = CatalogConfig(name="k2", properties={"type": "sql", "uri": uri, "warehouse": warehouse})
        lake = open_lake("polars", EngineConfig(catalog=config, names=TableNames(timeframes=(M1,))))
        lake.create_tables(with_trades=True)
        return Month(folder, lake, clock)

    return a_month


@pytest.fixture
def month(begin: Callable[[str], Month]) -> Month:
    return begin("month")


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
def test_a_run_costs_no_more_after_a_month(month: Month, begin: Callable[[str], Month], each: int) -> None:
    """Of the whole process, which starts up, too; what a run adds to that stops growing with the second night.

    It reads up to two days of snapshots then, and on the first day half a day's on average.
    """
    month.each = each
    for day in range(29):
        month.go_on(1)
        print(f"day {day + 1}: {month.day(day):.4f} s a run, {month.measured()}")  # noqa: T201 - the figures
    last, first = month.measured(), begin("first day")
    first.each = each
    an_hour = HOUR // each
    whole = [beside(month, first, whole=n % an_hour == an_hour - 1) for n in range(month.a_day)]
    at_last, at_first = (sum(spent[lake] for spent in whole if spent) for lake in range(2))
    print(f"whole processes: {at_last:.2f} s, {at_first:.2f} s on a first day")  # noqa: T201 - as above

    assert at_last <= 1.3 * at_first
    assert month.day(28) <= 1.3 * month.day(3)
    assert max(last["snapshots"]) <= 2 * month.a_day
    assert max(last["metadata"]) < 1_000_000
    assert live(month.lake.tables.source()) <= 2 * month.a_day + 2 * 30
    checked = month.lake.validate(ValidationRequest(timeframes=(M1,), now=month.now, against_trades=True))
    assert checked.broken == 0


def beside(month: Month, first: Month, *, whole: bool) -> tuple[float, float] | None:
    """A run of each of two lakes; the seconds of both if they were whole processes."""
    if whole:
        return month.process(), first.process()
    month.run()
    first.run()
    return None
