"""The tables of a folder, as somebody else works on them."""

from pathlib import Path

from engines.lake import Lake
from engines.registry import open_lake
from engines.testing.arrow import trades_table
from engines.testing.oracle import Trade
from k2cli.settings import load_settings


def tables_in(folder: Path) -> Lake:
    """The default lake of a folder."""
    settings = load_settings(variables={}, cwd=folder).settings
    return open_lake("polars", settings.engine_config("test"))


def deliver(folder: Path, *trades: Trade) -> None:
    """Add trades to the source."""
    tables_in(folder).append([trades_table(trades)], run_id="delivery")
