"""A commit arrives, its answer is lost, a client below sends it again, and the catalog answers that with a conflict.

Whoever believes it deletes the files of a snapshot that stands, and nobody can read the table any more. Here the table
is asked before anything is deleted: after each commit of each job, whatever others did to the table meanwhile.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from pyiceberg.table import Table

from engines.base import ValidationRequest
from engines.domain.imports import Arrival, ImportRecord, Kind, Shift
from engines.domain.interval import EVER, Interval
from engines.domain.orders import DeleteRequest, MergeRequest, UndoRequest
from engines.domain.requests import RefreshRequest
from engines.domain.retention import PruneRequest
from engines.domain.timeframe import DAY, DEFAULT_TIMEFRAMES, HOUR, M1
from engines.domain.upkeep import ReturnRequest
from engines.domain.watermark import KEY_RUN
from engines.errors import CommitStateUnknown, K2Error
from engines.iceberg.branches import staging_branch
from engines.iceberg.publication import publish_watermark
from engines.iceberg.state import committed_by
from engines.lake import Lake
from engines.testing.arrow import trades_table
from engines.testing.history import History, trade, trades_of
from engines.testing.strategies import MIDNIGHT
from engines.testing.surgery import expire, rewrite_all, split_files
from tests.engines.mould import Mould
from tests.regressions.standing import called_failed, missing_files, nothing

NOW = MIDNIGHT + 2 * DAY
ALL = DEFAULT_TIMEFRAMES
Deed = Callable[[Lake], object]
"""Prepares a lake, or is the job, which has an exit code where it does not raise."""


@dataclass(frozen=True)
class Job:
    """A job that commits.

    Attributes:
        commits: How often.
        do: Does it.
        prepare: Brings about that it has something to do.
        trades: Whether it changes trades.
    """

    commits: int
    do: Deed
    prepare: Deed = lambda _: None
    trades: bool = False


def aggregate(lake: Lake, **options: object) -> object:
    return lake.aggregate(RefreshRequest(timeframes=ALL, now=NOW, run_id="run", **options))  # type: ignore[arg-type]


def bring(lake: Lake) -> object:
    """Import trades with a shift, which the table's properties remember."""
    arrival = Arrival(Interval(MIDNIGHT + 2, MIDNIGHT + 3), frozenset({Kind.TRADE}))
    record = ImportRecord(files=("digest",), shift=Shift(price=2), arrivals={("binance", "SHIFTED"): arrival})
    rows = [trade(MIDNIGHT + 2, "shifted", symbol="SHIFTED")]
    return lake.append([trades_table(rows)], run_id="shifted", record=lambda: record)


def compact(lake: Lake) -> object:
    return lake.compact(ALL, run_id="compact")


def split(lake: Lake) -> None:
    """Have a file a candle where there was one a day, as other writers leave them."""
    for timeframe in ALL:
        table = lake.tables.target(timeframe)
        split_files(table, list(table.scan().plan_files()), 1)


def prune(lake: Lake) -> object:
    request = PruneRequest(
        timeframes=ALL, now=NOW, run_id="prune", retention={M1: DAY}, keep_snapshots=1, keep_age=-(10**18), force=True
    )
    return lake.prune(request)


def delete(lake: Lake) -> object:
    request = DeleteRequest(
        exchange="binance", symbol="BTCUSDT", times=Interval(MIDNIGHT, MIDNIGHT + 2), run_id="delete"
    )
    return lake.delete_trades(request)


def go_back(lake: Lake) -> object:
    return lake.go_back(ReturnRequest(timeframes=ALL, run_id="back", snapshot="then"))


def name_and_go_on(lake: Lake) -> None:
    """Name the current states, and let a run change them."""
    for timeframe in ALL:
        table = lake.tables.target(timeframe)
        head = table.current_snapshot()
        assert head is not None
        table.manage_snapshots().create_tag(head.snapshot_id, "then").commit()
    aggregate(lake)


def leave_branches(lake: Lake) -> None:
    """Leave what a run of Spark leaves that is killed."""
    for timeframe in ALL:
        table = lake.tables.target(timeframe)
        head = table.current_snapshot()
        assert head is not None
        table.manage_snapshots().create_branch(head.snapshot_id, staging_branch(table, "killed")).commit()


def lose(part: str, *, history: bool = True) -> Deed:
    """Delete a file of the minutes, perhaps after all older snapshots were forgotten."""

    def losing(lake: Lake) -> None:
        table = lake.tables.target(M1)
        if not history:
            expire(lake.tables, table, [snapshot.snapshot_id for snapshot in table.metadata.snapshots])
            table = lake.tables.target(M1)
        head = table.current_snapshot()
        assert head is not None
        data = next(iter(table.scan().plan_files())).file.file_path
        Path({"data": data, "list": head.manifest_list}[part].removeprefix("file://")).unlink()

    return losing


JOBS = {
    "aggregate": Job(5, aggregate),
    "aggregate over branches": Job(10, aggregate, leave_branches),
    "import": Job(1, bring, trades=True),
    "compact": Job(5, compact, split),
    "prune": Job(7, prune),
    "undo": Job(1, lambda lake: lake.undo(UndoRequest(import_id="brought", run_id="undo")), trades=True),
    "delete": Job(1, delete, trades=True),
    "merge": Job(1, lambda lake: lake.merge_trades(MergeRequest(times=EVER, run_id="merge")), trades=True),
    "restore": Job(5, lambda lake: aggregate(lake, lift=True), prune),
    "go back": Job(5, go_back, name_and_go_on),
    "set aside": Job(6, lambda lake: aggregate(lake, rebuild=True), lose("data")),
    "go back to what is whole": Job(6, aggregate, lose("list")),
    "keep what is readable": Job(6, aggregate, lose("list", history=False)),
}


def expired(table: Table) -> None:
    """Others commit, and expire what was the head."""
    before = table.metadata.current_snapshot_id
    table.append(table.schema().as_arrow().empty_table())
    if before is not None and before not in {ref.snapshot_id for ref in table.metadata.refs.values()}:
        table.maintenance.expire_snapshots().by_id(before).commit()


MEANWHILE = {"nothing": nothing, "rewritten": rewrite_all, "expired": expired, "silence": nothing}
CODES = {"silence": {0, 6, 7}, "expired": {0, 2}}
"""Exit codes beside 0. Where the catalog is silent, the commit is 7, and what comes after it is 6. A snapshot that only
removed files leaves no trace when it has expired: an order is taken for one that finds nothing to do, which is 2."""


ALIKE = ("aggregate over branches", "restore", "set aside", "go back to what is whole")
"""Jobs whose first commit is made as another one's."""


def trials() -> Iterator[object]:
    """Each commit of each job, with all that may happen meanwhile; the gate tries the first commits."""
    for name, job in JOBS.items():
        for number in range(1, job.commits + 1):
            for meanwhile in MEANWHILE:
                short = number == 1 and (meanwhile == "nothing" or name == "aggregate") and name not in ALIKE
                marks = () if short else (pytest.mark.long,)
                yield pytest.param(name, number, meanwhile, marks=marks, id=f"{name}-{number}-{meanwhile}")


def test_there_are_a_hundred_and_more() -> None:
    assert len(list(trials())) >= 100


def _filled(lake: Lake) -> None:
    """Trades of two days, their candles in several files a day, and an import that awaits the next run."""
    lake.create_tables(with_trades=True)
    history = History(lake)
    for start in (MIDNIGHT, MIDNIGHT + DAY):
        history.append([trade(start + n * HOUR, f"{start}-{n}") for n in range(4)])
        history.run(NOW)
    rows = [trade(MIDNIGHT + 1, "next"), trade(MIDNIGHT + DAY + 1, "after"), trade(MIDNIGHT + 2, "last")]
    history.bring(rows, run_id="brought")


@pytest.fixture(scope="module")
def mould(tmp_path_factory: pytest.TempPathFactory) -> Mould:
    return Mould(tmp_path_factory.mktemp("filled"), _filled)


@pytest.fixture(scope="module")
def unharmed(mould: Mould) -> Callable[[str], Counter[object]]:
    """The trades after a job whose commits nobody calls failed."""

    @cache
    def rows(name: str) -> Counter[object]:
        lake = mould.cast()
        if JOBS[name].trades:
            JOBS[name].do(lake)
        return Counter(trades_of(lake.tables.source()))

    return rows


def ended(job: Job, lake: Lake) -> object:
    """Do the job; its exit code."""
    try:
        return getattr(job.do(lake), "exit_code", 0)
    except K2Error as error:
        return error.exit_code


def missing(lake: Lake) -> set[Path]:
    """The files that tables need and that are not there."""
    tables = [lake.tables.source(), *(lake.tables.target(timeframe) for timeframe in ALL)]
    return {path for table in tables for path in missing_files(table)}


@pytest.mark.parametrize(("name", "number", "meanwhile"), list(trials()))
def test_no_file_that_is_in_use_is_deleted(
    mould: Mould, unharmed: Callable[[str], Counter[object]], name: str, number: int, meanwhile: str
) -> None:
    job, expected = JOBS[name], unharmed(name)
    lake = mould.cast()
    job.prepare(lake)
    lost = missing(lake)
    silent = meanwhile == "silence"
    with called_failed(lake.tables, MEANWHILE[meanwhile], number=number, silent=silent) as commits:
        code = ended(job, lake)

    assert code in CODES.get(meanwhile, {0})
    assert commits.failed
    if meanwhile == "nothing":
        assert len(commits.made) == job.commits
    assert missing(lake) <= lost
    aggregate(lake)
    assert not lake.validate(ValidationRequest(timeframes=ALL, now=NOW, against_trades=True, deep=True)).broken
    assert Counter(trades_of(lake.tables.source())) == expected


def test_where_the_table_cannot_be_read_nothing_is_deleted_and_it_is_exit_7(mould: Mould) -> None:
    tables = mould.cast().tables
    table = tables.target(M1)
    with called_failed(tables, silent=True), pytest.raises(CommitStateUnknown) as unknown:
        publish_watermark(tables, table, {KEY_RUN: "mine"})

    assert unknown.value.exit_code == 7
    assert not missing_files(tables.target(M1))
    assert committed_by(tables.target(M1), "mine") is not None
