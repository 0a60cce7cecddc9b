"""What tables of format version 3 may have: deletion vectors, and columns of types that nobody here reads."""

import json
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest

from engines.base import TradeQuery
from engines.domain.retention import PruneRequest
from engines.domain.timeframe import DAY, HOUR, M1
from engines.lake import Lake
from engines.testing.foreign import foreign_source
from engines.testing.formats import add_column, delete_by_vector
from engines.testing.history import History, trade
from engines.testing.strategies import MIDNIGHT

NOW = MIDNIGHT + HOUR


@pytest.fixture
def history(new_lake: Callable[..., Lake]) -> History:
    """A source with three trades in one file, and one candle table."""
    history = foreign_source(new_lake(timeframes=(M1,)))
    history.append([trade(MIDNIGHT + n, str(n), price=str(n + 1)) for n in range(3)])
    return history


def file(history: History) -> str:
    (task,) = history.table.scan().plan_files()
    return str(task.file.file_path)


def test_rows_that_a_vector_deletes_are_gone(history: History) -> None:
    history.run(NOW)
    delete_by_vector(history.lake, file(history), [0])
    history = History(history.lake)
    history.run(NOW)

    assert len(history.rows) == 2
    history.prove(NOW)


def test_a_vector_in_a_broken_puffin_file_is_named(history: History) -> None:
    """Such were written by DuckDB (duckdb-iceberg 1248)."""
    path = delete_by_vector(history.lake, file(history), [0], end=b"PFA2")
    (table,) = history.aggregate(NOW).tables

    assert table.failure is not None
    assert table.failure.exit_code == 2
    assert f"the delete file {path} cannot be read: Incorrect magic bytes" in table.failure.message
    assert "gold_crypto_trades" in table.failure.message
    assert "--engine spark" in table.failure.hint


@pytest.mark.parametrize(
    ("type_", "required"),
    [("unknown", False), *product(("geometry", "geography", "timestamptz_ns", "time"), (False, True))],
)
def test_a_column_that_is_not_used_may_be_of_any_type(history: History, type_: str, required: bool) -> None:
    add_column(history.table, {"id": 99, "name": "raw", "type": type_, "required": required})
    history.run(NOW)

    history.prove(NOW)
    assert history.lake.trades(TradeQuery()).read_all().num_rows == 3
    assert history.lake.unfit_tables() == ()


def test_candles_in_a_table_of_version_three_are_neither_compacted_nor_dropped(history: History) -> None:
    """PyIceberg cannot write to it: said by name, and nothing was changed."""
    history.run(NOW)
    candles = history.lake.tables.target(M1)
    candles.append(candles.scan().to_arrow())  # a second file, for compact
    path = Path(history.lake.tables.target(M1).metadata_location.removeprefix("file://"))
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format-version": 3, "next-row-id": 0}))
    now = MIDNIGHT + 40 * DAY
    request = PruneRequest(timeframes=(M1,), now=now, run_id="r", retention={M1: DAY}, force=True, snapshots=False)
    pruned = history.lake.prune(request).tables[0].failure
    compacted = history.lake.compact((M1,), run_id="r").tables[0].failure

    for failure in (pruned, compacted):
        assert failure is not None
        assert failure.exit_code == 2
        assert "gold_ohlcv_1m has format version 3" in failure.message
