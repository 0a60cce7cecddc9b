"""The tables of a folder, opened from the test's own process, and trades for them."""

import random
from pathlib import Path

from engines.base import CatalogConfig, EngineConfig
from engines.domain.timeframe import DAY
from engines.registry import open_lake
from engines.testing.history import History, trade
from engines.testing.oracle import Trade
from engines.testing.strategies import MIDNIGHT


def history_in(folder: Path) -> History:
    """The history of the source table that k2 uses in a folder with default settings."""
    data = folder / "k2-data"
    uri = f"sqlite:///{data}/catalog.db?timeout=60"
    properties = {"type": "sql", "uri": uri, "warehouse": (data / "warehouse").as_uri()}
    return History(open_lake("polars", EngineConfig(catalog=CatalogConfig(name="k2", properties=properties))))


def batch(chance: random.Random, size: int) -> list[Trade]:
    """Trades at random times of a day, so that some come late; a tenth of them are delivered twice."""
    rows = [
        trade(MIDNIGHT + chance.randrange(DAY), str(chance.randrange(10**9)), price=f"1{chance.randrange(1000)}")
        for _ in range(size)
    ]
    return rows + chance.choices(rows, k=size // 10)
