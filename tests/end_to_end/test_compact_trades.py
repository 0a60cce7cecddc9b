"""`k2 trades compact`: fewer files, no exact copies, and nothing that a refresh, an import or a candle notices."""

# ruff: noqa: ANN401 - the desk's type lives in conftest.py, which importlib mode lets nobody import

import json
from pathlib import Path
from typing import Any

import pytest

from engines.errors import Conflict
from engines.faults import Point, armed

HEADER = "exchange,symbol,trade_id,timestamp,price,quantity\n"
DAY = 86_400
START = 1_700_006_400
"""2023-11-15, midnight, in seconds."""
COMPACT = "trades compact"


@pytest.fixture
def scattered(desk: Any, tmp_path: Path) -> Any:
    """A table of trades by day: five imports into one hour, a copy of two rows by another writer; and its candles."""
    desk.table("crypto_trades").catalog.drop_table("market_data.gold_crypto_trades")
    desk("ohlcv create-tables --with-trades -q")
    for n in range(5):
        rows = [f"X,A,{n}{m},{START + n * 600 + m},10,1\n" for m in range(3)]
        (tmp_path / f"{n}.csv").write_text(HEADER + "".join(rows))
        desk(f"trades import {n}.csv -q")
    table = desk.table("crypto_trades")
    table.append(table.scan().to_arrow().slice(4, 2))
    desk("ohlcv aggregate --now 2023-11-17 -q")
    return desk


def told(desk: Any, line: str) -> dict[str, Any]:
    return dict(json.loads(desk(f"{line} -o json").stdout))


def rows(desk: Any) -> list[dict[str, Any]]:
    return list(desk.table("crypto_trades").scan().to_arrow().sort_by("message_id").to_pylist())


def test_small_files_become_one_and_copies_go(scattered: Any) -> None:
    before = rows(scattered)

    merged = told(scattered, COMPACT)

    assert (merged["command"], merged["status"]) == ("trades compact", "done")
    assert (merged["files_before"], merged["files_after"]) == (6, 1)
    assert (merged["rows_before"], merged["copies_dropped"]) == (17, 2)
    after = rows(scattered)
    assert after == [row for n, row in enumerate(before) if row not in before[:n]]
    assert told(scattered, COMPACT)["status"] == "nothing"


def test_no_refresh_notices_it(scattered: Any) -> None:
    marked = scattered.table("ohlcv_1m").metadata_location
    scattered(f"{COMPACT} -q")

    tables = scattered.aggregate("--now 2023-11-17")["tables"]

    assert {(table["status"], table["data_files_read"]) for table in tables} == {("up_to_date", 0)}
    assert scattered.table("ohlcv_1m").metadata_location == marked
    status = told(scattered, "ohlcv status")["tables"]
    assert {(t["up_to_date"], t["lag_trades"]) for t in status if t["timeframe"]} == {(True, 0)}
    scattered("ohlcv aggregate --rebuild --now 2023-11-17 -q")
    assert sum(scattered.candles().values()) == 15
    scattered("ohlcv validate --against-trades -q")


def test_a_file_that_was_merged_counts_as_imported_and_one_whose_trades_went_does_not(scattered: Any) -> None:
    scattered(f"{COMPACT} -q")
    passed_over = told(scattered, "trades import 0.csv")["imported"]
    scattered("trades delete --exchange X --symbol A --from 2023-11-15T00:10:00Z --to 2023-11-15T00:10:01Z --yes -q")

    assert (passed_over, told(scattered, "trades import 1.csv")["imported"]) == (0, 3)


def test_what_was_merged_cannot_be_taken_back(scattered: Any) -> None:
    latest = told(scattered, "trades import 0.csv --again")["run_id"]
    scattered(f"{COMPACT} -q")

    refused = scattered(f"trades undo {latest}", code=2)

    assert "files of it were merged with others" in refused.stderr
    assert "k2 trades delete" in refused.stderr


def test_only_files_of_a_time_are_merged(scattered: Any, tmp_path: Path) -> None:
    for n in range(2):
        (tmp_path / f"later{n}.csv").write_text(HEADER + f"X,A,l{n},{START + DAY + n},10,1\n")
        scattered(f"trades import later{n}.csv -q")

    merged = told(scattered, f"{COMPACT} --from 2023-11-16")

    assert (merged["files_before"], merged["files_after"]) == (8, 7)


def test_an_import_that_comes_meanwhile_stays_and_makes_nobody_wait(scattered: Any) -> None:
    with armed(Point.REMOVING, lambda: scattered("trades import 0.csv --again -q"), at=1):
        merged = told(scattered, COMPACT)

    assert merged["files_after"] == 1
    assert len(rows(scattered)) == 15 + 3
    assert scattered.aggregate("--now 2023-11-17")["exit_code"] == 0
    scattered("ohlcv validate --against-trades -q")


def test_what_others_delete_meanwhile_does_not_come_back(scattered: Any) -> None:
    def delete() -> None:
        scattered.table("crypto_trades").delete("message_id = 'X:A:00'")

    with armed(Point.WRITTEN, delete, at=1):
        scattered(f"{COMPACT} -q")

    assert rows(scattered)[0]["message_id"] == "X:A:01"


def test_a_run_that_dies_leaves_the_table_as_it_was(scattered: Any) -> None:
    before = rows(scattered)
    for point in (Point.REMOVING, Point.WRITTEN):
        with armed(point, Conflict("somebody else", hint="later")):
            scattered(COMPACT, code=5)

    assert rows(scattered) == before
    scattered(f"{COMPACT} -q")


def test_a_rollback_behind_it_is_followed(scattered: Any) -> None:
    first = scattered.table("crypto_trades").metadata.snapshots[0].snapshot_id
    scattered(f"{COMPACT} -q")
    scattered.table("crypto_trades").manage_snapshots().set_current_snapshot(snapshot_id=first).commit()
    scattered("ohlcv aggregate --now 2023-11-17 -q", K2_TRADES__REMOVED="recompute")

    assert sum(scattered.candles().values()) == 3
    scattered("ohlcv validate --against-trades -q")
