"""Who is late, by the limits of the command line or the settings."""

from collections.abc import Callable
from pathlib import Path

import pytest

from engines.domain import burden
from engines.domain.timeframe import DEFAULT_TIMEFRAMES, HOUR, M1, M5, MINUTE, Timeframe
from engines.errors import Failure, UsageError
from engines.lake import Lake
from engines.testing.arrow import trades_table
from engines.testing.history import trade
from k2cli.jobs.status import lag_limits, status
from k2cli.language.times import fixed
from k2cli.settings import load_settings
from tests.empty_tables import with_tables

TRADED = 1_709_251_200_000_000


def test_a_table_that_is_missing_is_late_when_trades_wait(new_lake: Callable[..., Lake]) -> None:
    lake = with_tables(new_lake())
    lake.tables.catalog.drop_table(lake.names.target(M5))
    limits = dict.fromkeys(DEFAULT_TIMEFRAMES, HOUR)

    assert status(lake, fixed(TRADED), limits, lateness_fails=True).exit_code == 0
    lake.append([trades_table([trade(TRADED, "1")])], run_id="r")
    report = status(lake, fixed(TRADED + MINUTE), limits, lateness_fails=True)

    assert report.exit_code == 3
    assert [table.timeframe for table in report.tables if table.late] == [M5]
    (late,) = report.failures
    assert late == Failure(
        message=f"{lake.names.target(M5)} does not exist, and trades wait",
        hint="run k2 ohlcv create-tables",
        exit_code=3,
    )


def test_lateness_is_told_but_no_failure_where_only_the_settings_set_limits(new_lake: Callable[..., Lake]) -> None:
    lake = with_tables(new_lake())
    lake.append([trades_table([trade(TRADED, "1")])], run_id="r")
    report = status(lake, fixed(TRADED + HOUR), {M1: MINUTE})

    assert report.exit_code == 0
    assert [(table.late, table.max_lag_seconds) for table in report.tables[1:3]] == [(True, 60), (None, None)]
    assert [failure.exit_code for failure in report.failures] == [0]
    report.raise_for_failures()


@pytest.mark.parametrize(
    ("text", "limits"),
    [(None, {M1: HOUR}), ("settings", {M1: HOUR}), ("15m", dict.fromkeys(DEFAULT_TIMEFRAMES, 15 * MINUTE))],
)
def test_limits(tmp_path: Path, text: str | None, limits: dict[Timeframe, int]) -> None:
    settings = load_settings(flags={}, variables={"K2_LAG__1M": "1h"}, cwd=tmp_path).settings

    assert lag_limits(text, settings) == limits


@pytest.mark.parametrize("text", ["setings", "0s", "-1m", "settings"])
def test_a_limit_that_is_none(tmp_path: Path, text: str) -> None:
    settings = load_settings(flags={}, variables={}, cwd=tmp_path).settings
    with pytest.raises(UsageError, match="--max-lag"):
        lag_limits(text, settings)


def test_forgotten_upkeep_is_a_warning(new_lake: Callable[..., Lake], monkeypatch: pytest.MonkeyPatch) -> None:
    lake = new_lake()
    lake.create_tables(with_trades=True)
    for number in range(3):
        lake.append([trades_table([trade(TRADED, str(number))])], run_id="r")
    assert status(lake, fixed(TRADED)).failures == ()

    monkeypatch.setattr(burden, "SNAPSHOTS", 2)
    monkeypatch.setattr(burden, "FILES", 2)
    report = status(lake, fixed(TRADED))
    snapshots, files = report.failures

    assert (report.exit_code, snapshots.exit_code, files.exit_code) == (0, 0, 0)
    assert snapshots.message.startswith(f"{lake.names.source} keeps 3 snapshots in 0.0 MB of metadata")
    assert files.message.startswith(f"{lake.names.source} has 3 files of ")
    assert "k2 ohlcv prune --snapshots" in snapshots.hint
    assert "k2 trades compact" in files.hint
    report.raise_for_failures()
