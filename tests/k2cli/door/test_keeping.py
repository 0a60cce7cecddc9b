"""What the commands do, from Python, with their reports."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

import k2cli
from engines.domain.timeframe import HOUR, M1
from engines.errors import TableMissing, UsageError
from engines.testing.history import trade
from engines.testing.strategies import MIDNIGHT
from tests.k2cli.door.folders import deliver, tables_in

NOON = "2024-03-01 12:00"


def test_a_refresh_tells_what_it_did_and_who_it_was(folder: Path) -> None:
    deliver(folder, trade(MIDNIGHT, "1"))
    began = datetime.now(UTC)
    report = k2cli.open().refresh("5m", "1m", now=NOON)
    snapshot = tables_in(folder).tables.target(M1).current_snapshot()

    assert [(str(table.timeframe), table.candles_written) for table in report.tables] == [("1m", 1), ("5m", 1)]
    assert (report.exit_code, report.engine, report.failures) == (0, "polars", ())
    assert snapshot is not None
    assert snapshot.summary is not None
    assert snapshot.summary["k2.run-id"] == report.run_id
    assert report.started is not None
    assert began <= report.started <= datetime.now(UTC)
    assert report.seconds > 0


def test_a_plan_changes_nothing(folder: Path) -> None:
    deliver(folder, trade(MIDNIGHT, "1"))
    lake = k2cli.open()

    assert {table.status.value for table in lake.refresh(now=NOON, dry_run=True).tables} == {"planned"}
    assert lake.candles("1m").height == 0


def test_a_table_that_fails_is_in_the_report_and_an_error_where_one_is_wanted(traded: k2cli.Lake, folder: Path) -> None:
    tables_in(folder).tables.source().delete("exchange = 'binance'")
    report = traded.refresh("1m", now=NOON)

    assert report.exit_code == 2
    assert report.tables[0].failure is not None
    with pytest.raises(UsageError) as raised:
        report.raise_for_failures()
    assert "trades.removed" in raised.value.hint


@pytest.mark.usefixtures("folder")
def test_tables_that_are_missing_are_an_error() -> None:
    with pytest.raises(TableMissing):
        k2cli.open(tables={"namespace": "elsewhere"}).refresh()


def test_arguments_that_contradict_each_other_are_refused(traded: k2cli.Lake) -> None:
    with pytest.raises(UsageError):
        traded.refresh(rebuild=True, incremental_only=True)
    with pytest.raises(UsageError, match="lookback"):
        traded.refresh(lookback="0m")


def test_a_validation_tells_what_is_broken(traded: k2cli.Lake, folder: Path) -> None:
    assert traded.validate(against_trades=True).exit_code == 0
    deliver(folder, trade(MIDNIGHT + 3 * HOUR, "4"))
    late = traded.validate("1m", max_lag="1h", now="2099-01-01")

    assert late.exit_code == 3
    assert late.broken == 1
    assert [failure.exit_code for failure in late.failures] == [3]


def test_status_tells_who_is_late(traded: k2cli.Lake, folder: Path) -> None:
    deliver(folder, trade(MIDNIGHT + 3 * HOUR, "4"))
    report = traded.status(max_lag="1h", now="2099-01-01")

    assert report.exit_code == 3
    assert {str(table.timeframe) for table in report.tables if table.late} == {"1m", "5m", "30m", "1h", "1d"}
    assert traded.status(now="2099-01-01").exit_code == 0
