"""The commands of a user's first day: create tables, import trades, aggregate, look at the candles."""

import csv
import io
import json
import subprocess
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]

HEADER = "exchange,symbol,trade_id,timestamp,price,quantity,side\n"
FIRST = "X,A,1,1709251200000000,10.5,1,buy\nX,A,2,1709251230000000,11,2,sell\nX,A,3,1709251290000000,9,0.5,buy\n"
LATE = "X,A,4,1709251210000000,12.00000001,1,buy\nX,A,1,1709251200000000,10.5,1,buy\n"


def test_candles_follow_the_trades_late_and_repeated_ones_too(run: Run, tmp_path: Path) -> None:
    (tmp_path / "first.csv").write_text(HEADER + FIRST)
    (tmp_path / "late.csv").write_text(HEADER + LATE)

    def k2(*arguments: str) -> str:
        ran = run(*arguments, "-q", cwd=tmp_path)

        assert (ran.returncode, ran.stderr) == (0, "")
        return ran.stdout

    def minutes() -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(k2("ohlcv", "show", "1m", "-o", "csv"))))

    k2("ohlcv", "create-tables", "--with-trades")
    k2("trades", "import", "first.csv")
    built = json.loads(k2("ohlcv", "aggregate", "--output", "json"))
    first, second = minutes()

    assert [table["status"] for table in built["tables"]] == ["updated"] * 5
    assert built["engine"] == "polars"
    assert (first["open_price"], first["high_price"], first["close_price"]) == (
        "10.50000000",
        "11.00000000",
        "11.00000000",
    )
    assert (first["volume"], first["trade_count"]) == ("3.00000000", "2")
    assert second["window_start"] == "2024-03-01T00:01:00Z"

    k2("trades", "import", "late.csv")
    mended = json.loads(k2("ohlcv", "aggregate", "--output", "json"))
    after, same = minutes()

    assert mended["tables"][0]["intervals"] == [["2024-03-01T00:00:00Z", "2024-03-01T00:01:00Z"]]
    assert mended["tables"][0]["windows"] == 1
    assert after["high_price"] == "12.00000001"
    assert (after["volume"], after["trade_count"]) == ("4.00000000", "3")
    assert same == second
    assert after["created_at"] == first["created_at"]
    assert after["updated_at"] > first["updated_at"]

    (day,) = json.loads(k2("ohlcv", "show", "1d", "-o", "json"))["rows"]
    assert Decimal(day["volume"]) == Decimal(after["volume"]) + Decimal(same["volume"])

    idle = json.loads(k2("ohlcv", "aggregate", "--output", "json"))
    assert {(table["status"], table["windows"]) for table in idle["tables"]} == {("up_to_date", 0)}


def test_only_closed_windows_are_published(run: Run, tmp_path: Path) -> None:
    (tmp_path / "first.csv").write_text(HEADER + FIRST)
    (tmp_path / "k2.toml").write_text('grace = "10s"\n')
    run("ohlcv", "create-tables", "--with-trades", cwd=tmp_path)
    run("trades", "import", "first.csv", cwd=tmp_path)

    def written(now: str) -> int:
        ran = run("ohlcv", "aggregate", "1m", "--now", now, "-o", "json", cwd=tmp_path)
        (table,) = json.loads(ran.stdout)["tables"]
        return int(table["candles_written"])

    assert written("2024-03-01T00:01:09Z") == 0
    assert written("2024-03-01T00:01:10Z") == 1
    assert written("2024-03-01T00:02:10Z") == 1


def test_the_run_id_of_the_report_stands_in_the_snapshots(run: Run, lake: Path) -> None:
    first, second = (json.loads(run("ohlcv", "status", "-o", "json", cwd=lake).stdout)["run_id"] for _ in range(2))

    assert len(first) == 36
    assert first != second


def test_status_is_machine_readable(run: Run, lake: Path) -> None:
    report = json.loads(run("ohlcv", "status", "--output", "json", "--now", "2024-03-02T06:00:00Z", cwd=lake).stdout)
    source, minute, *_ = report["tables"]

    assert source["timeframe"] is None
    assert source["rows"] > 5000
    assert minute["up_to_date"] is True
    assert minute["lag_trades"] == 0


@pytest.mark.parametrize("output", ["csv", "ndjson", "table"])
def test_a_reader_that_has_had_enough_is_no_failure(lake: Path, command: list[str], output: str) -> None:
    """The output is larger than a pipe's buffer, and its reader stops after one line."""
    line = f"'{command[0]}' ohlcv show 1m --limit 1000 --output {output} | head -1; echo ${{PIPESTATUS[0]}}"
    ran = subprocess.run(["bash", "-c", line], cwd=lake, capture_output=True, text=True, check=False)

    assert ran.stderr == ""
    assert ran.stdout.splitlines()[-1] == "0"


def test_an_import_without_a_source_table_makes_nothing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(HEADER + FIRST)
    without_catalog = run("trades", "import", "a.csv", cwd=tmp_path)

    assert without_catalog.returncode == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv"]

    run("ohlcv", "create-tables", cwd=tmp_path)
    ran = run("trades", "import", "a.csv", cwd=tmp_path)

    assert (ran.returncode, ran.stdout) == (2, "")
    assert "k2 trades import a.csv --create" in ran.stderr
    assert not (tmp_path / "k2-data/warehouse/market_data/gold_crypto_trades").exists()


def test_create_tables_may_be_repeated(run: Run, lake: Path) -> None:
    report = json.loads(run("ohlcv", "create-tables", "--with-trades", "-o", "json", cwd=lake).stdout)

    assert {table["status"] for table in report["tables"]} == {"exists"}


def test_settings_are_found_from_a_folder_below(run: Run, lake: Path) -> None:
    below = lake / "a" / "b"
    below.mkdir(parents=True, exist_ok=True)
    (lake / "k2.toml").write_text("")
    try:
        assert run("ohlcv", "status", cwd=below).returncode == 0
    finally:
        (lake / "k2.toml").unlink()


def test_a_catalog_that_does_not_answer_is_exit_6_without_its_password(run: Run, tmp_path: Path) -> None:
    uri = "postgresql+psycopg2://bob:hunter22@127.0.0.1:1/x"
    ran = run("ohlcv", "status", "-vv", cwd=tmp_path, K2_CATALOG__URI=uri)

    assert ran.returncode in {2, 6}  # 2 where psycopg2 is not installed
    assert "hunter22" not in ran.stderr
