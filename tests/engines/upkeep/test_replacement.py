"""Orders on trades whose files others rewrite again and again: a conflict in the end, and no files left behind."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pyiceberg.types import StringType

from engines.domain.interval import EVER
from engines.domain.orders import DeleteRequest, MergeRequest, UndoRequest
from engines.errors import Conflict, Unavailable
from engines.faults import Point, armed
from engines.iceberg.maintenance import reachable
from engines.lake import Lake
from engines.testing.history import History, everywhere, trade, trades_of
from engines.testing.strategies import MIDNIGHT
from tests.empty_tables import with_tables

ORDERS: dict[str, Callable[[Lake], object]] = {
    "undo": lambda lake: lake.undo(UndoRequest(import_id="first", run_id="undo")),
    "delete": lambda lake: lake.delete_trades(
        DeleteRequest(exchange="binance", symbol="ETHUSDT", times=EVER, run_id="delete")
    ),
    "compact": lambda lake: lake.merge_trades(MergeRequest(times=EVER, run_id="compact")),
}


@pytest.fixture
def history(new_lake: Callable[..., Lake]) -> History:
    """Two imports of two series, in a lake whose jobs try twice."""
    lake = with_tables(new_lake(attempts=2))
    history = History(lake)
    for run_id in ("first", "second"):
        rows = [trade(MIDNIGHT + n, f"{run_id}.{n}", symbol=symbol) for n, symbol in enumerate(["BTCUSDT", "ETHUSDT"])]
        history.bring(rows, run_id=run_id)
    return history


def left_behind(history: History) -> set[str]:
    """Data files in the table's folder that no snapshot needs."""
    table = history.table
    folder = Path(table.location().removeprefix("file://")) / "data"
    return {str(path) for path in folder.rglob("*.parquet")} - set(reachable(table))


def test_files_that_others_rewrite_each_time_are_a_conflict(history: History) -> None:
    with armed(Point.WRITTEN, lambda: history.compact(everywhere)), pytest.raises(Conflict, match="again and again"):
        ORDERS["delete"](history.lake)

    history.check()
    assert left_behind(history) == set()


@pytest.mark.parametrize("order", ["delete", "compact"])
def test_rows_that_others_delete_meanwhile_do_not_come_back(history: History, order: str) -> None:
    with armed(Point.WRITTEN, lambda: history.mask(everywhere), at=1):
        ORDERS[order](history.lake)
    left = {row.message_id for row in trades_of(history.table)}

    assert left == {row.message_id for row in history.trades if order == "compact" or row.symbol == "BTCUSDT"}
    assert left_behind(history) == set()


@pytest.mark.parametrize("order", ["delete", "compact"])
def test_files_written_by_another_schema_are_written_again(history: History, order: str) -> None:
    written = []

    def evolve() -> None:
        written.append(order)
        if len(written) == 1:
            with history.table.update_schema() as update:
                update.delete_column("trade_id")
            with history.table.update_schema() as update:
                update.add_column("trade_id", StringType())

    with armed(Point.WRITTEN, evolve):
        ORDERS[order](history.lake)

    assert len(written) == {"delete": 4, "compact": 2}[order]
    assert len(trades_of(history.table)) == (4 if order == "compact" else 2)
    assert left_behind(history) == set()


@pytest.mark.parametrize("order", ORDERS)
def test_a_catalog_that_does_not_answer_leaves_the_table_as_it_was(
    history: History, order: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(*_: object) -> None:
        raise OSError("no answer")

    monkeypatch.setattr(history.lake.tables.catalog, "commit_table", silent)
    with pytest.raises(Unavailable):
        ORDERS[order](history.lake)

    history.check()
