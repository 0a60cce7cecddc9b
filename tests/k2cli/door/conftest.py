"""Folders in which a lake is opened from Python."""

import os
from pathlib import Path

import pytest

import k2cli
from engines.domain.timeframe import HOUR
from engines.testing.history import trade
from engines.testing.strategies import MIDNIGHT
from tests.empty_tables import with_tables
from tests.k2cli.door.folders import deliver, tables_in


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with tables, and no settings but those that a test makes."""
    for name in [name for name in os.environ if name.startswith(("K2_", "PYICEBERG_"))]:
        monkeypatch.delenv(name)
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    with_tables(tables_in(folder))
    return folder


@pytest.fixture
def traded(folder: Path) -> k2cli.Lake:
    """Three hours with a trade each, of two series; the candles are up to date."""
    deliver(
        folder,
        trade(MIDNIGHT, "1", "9999999999.99999999", "0.00000003", side="buy"),
        trade(MIDNIGHT + HOUR, "2", "2"),
        trade(MIDNIGHT + 2 * HOUR, "3", "3", exchange="kraken", symbol="ETHUSDT"),
    )
    lake = k2cli.open()
    lake.refresh(now="2024-03-01 12:00").raise_for_failures()
    return lake
