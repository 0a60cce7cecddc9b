"""A commit arrives, its answer is lost, a client below sends it again, and the catalog answers that with a conflict.

Whoever believes it deletes the files of a snapshot that stands, and nobody can read the table any more. Here the table
is asked before anything is deleted.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pyiceberg.exceptions import CommitFailedException
from pyiceberg.table import Table

from engines.base import ValidationRequest
from engines.domain.interval import EVER, Interval
from engines.domain.orders import DeleteRequest, MergeRequest, UndoRequest
from engines.domain.retention import PruneRequest
from engines.domain.timeframe import DAY, DEFAULT_TIMEFRAMES, H1, HOUR, M1
from engines.domain.upkeep import UpkeepStatus
from engines.domain.watermark import KEY_RUN
from engines.errors import CommitStateUnknown
from engines.iceberg.catalog import Tables
from engines.iceberg.maintenance import reachable
from engines.iceberg.publication import publish_watermark
from engines.iceberg.state import committed_by
from engines.testing.arrow import trades_table
from engines.testing.history import History, trade
from engines.testing.strategies import MIDNIGHT

NOW = MIDNIGHT + 2 * DAY

Job = Callable[[History], object]


def imports(history: History) -> None:
    history.lake.append([trades_table([trade(MIDNIGHT + 2, "late")])], run_id="import")


def aggregates(history: History) -> None:
    history.run(NOW)


def compacts(history: History) -> None:
    history.lake.compact((M1, H1), run_id="compact")


def prunes(history: History) -> None:
    request = PruneRequest(timeframes=(M1,), now=NOW, run_id="prune", retention={M1: DAY}, keep_snapshots=1, force=True)
    history.lake.prune(request)


def undoes(history: History) -> None:
    history.lake.undo(UndoRequest(import_id="brought", run_id="undo"))


def deletes(history: History) -> None:
    times = Interval(MIDNIGHT, MIDNIGHT + 2)
    request = DeleteRequest(exchange="binance", symbol="BTCUSDT", times=times, run_id="delete")
    assert history.lake.delete_trades(request).files_rewritten


def merges(history: History) -> None:
    assert history.lake.merge_trades(MergeRequest(times=EVER, run_id="merge")).status is UpkeepStatus.DONE


@contextmanager
def called_failed(
    tables: Tables, meanwhile: Callable[[Table], object] = lambda _: None, *, silent: bool = False
) -> Iterator[list[str]]:
    """Each commit is carried out, and then called failed; perhaps the catalog is silent from then on."""
    catalog = tables.catalog
    commit, load = catalog.commit_table, catalog.load_table
    called: list[str] = []

    def stands_and_fails(table: Table, *rest: object) -> None:
        commit(table, *rest)  # type: ignore[arg-type]
        called.append(".".join(table.name()))
        catalog.commit_table = commit  # type: ignore[method-assign]
        meanwhile(load(table.name()))
        catalog.commit_table = stands_and_fails  # type: ignore[method-assign, assignment]
        raise CommitFailedException("409: the requirements of the commit are not met")

    def silence(name: str) -> Table:
        if called and silent:
            raise OSError("no answer")
        return load(name)

    catalog.commit_table, catalog.load_table = stands_and_fails, silence  # type: ignore[method-assign, assignment]
    try:
        yield called
    finally:
        catalog.commit_table, catalog.load_table = commit, load  # type: ignore[method-assign]


def files_are_there(table: Table) -> bool:
    return all(Path(path.removeprefix("file://")).exists() for path in reachable(table).values())


@pytest.fixture
def filled(history: History) -> History:
    """Trades of two days, their candles in several files a day, and two trades that await the next run."""
    for start in (MIDNIGHT, MIDNIGHT + DAY):
        history.append([trade(start + n * HOUR, f"{start}-{n}") for n in range(4)])
    history.run(NOW, M1, H1)
    rows = [trade(MIDNIGHT + 1, "next"), trade(MIDNIGHT + DAY + 1, "after"), trade(MIDNIGHT + 2, "last")]
    history.bring(rows, run_id="brought")
    return history


@pytest.mark.parametrize(
    "job", [imports, aggregates, compacts, prunes, undoes, deletes, merges], ids=lambda job: job.__name__
)
def test_no_job_deletes_a_file_that_is_in_use(filled: History, job: Job) -> None:
    if job is compacts:
        halved(filled)
    with called_failed(filled.lake.tables) as called:
        job(filled)

    assert called
    assert files_are_there(filled.lake.tables.source())
    assert all(files_are_there(filled.lake.tables.target(timeframe)) for timeframe in DEFAULT_TIMEFRAMES)
    filled.run(NOW)
    request = ValidationRequest(timeframes=DEFAULT_TIMEFRAMES, now=NOW, against_trades=True, deep=True)
    assert filled.lake.validate(request).broken == 0


def halved(history: History) -> None:
    """Have two files where there was one, as other writers leave them."""
    for timeframe in (M1, H1):
        table = history.lake.tables.target(timeframe)
        rows = table.scan().to_arrow()
        table.overwrite(rows.slice(0, 1))
        table.append(rows.slice(1))


def test_it_is_found_by_its_files_if_others_have_expired_its_snapshot_meanwhile(filled: History) -> None:
    def expired(table: Table) -> None:
        ours = table.metadata.current_snapshot_id
        table.append(table.scan().to_arrow().slice(0, 0))
        table.maintenance.expire_snapshots().by_id(ours or 0).commit()

    with called_failed(filled.lake.tables, expired) as called:
        filled.aggregate(NOW, M1)

    assert called
    assert files_are_there(filled.lake.tables.target(M1))
    filled.run(NOW)
    filled.prove(NOW)


def test_where_the_table_cannot_be_read_nothing_is_deleted_and_it_is_exit_7(filled: History) -> None:
    tables, table = filled.lake.tables, filled.lake.tables.target(M1)
    with called_failed(tables, silent=True), pytest.raises(CommitStateUnknown) as unknown:
        publish_watermark(tables, table, {KEY_RUN: "mine"})

    assert unknown.value.exit_code == 7
    assert files_are_there(filled.lake.tables.target(M1))
    assert committed_by(filled.lake.tables.target(M1), "mine") is not None
