"""Fixtures for all tests: lakes in a temporary folder, and the Hypothesis profiles."""

import itertools
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

from engines.base import CatalogConfig, EngineConfig
from engines.domain.tables import TableNames
from engines.lake import Lake
from engines.registry import open_lake

# No deadline: a busy machine is not a wrong candle.
settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", parent=settings.get_profile("default"), derandomize=True, print_blob=True)
settings.register_profile("nightly", parent=settings.get_profile("default"), max_examples=1000)
settings.register_profile(
    "unshrunk", parent=settings.get_profile("default"), phases=[p for p in Phase if p is not Phase.shrink]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "default"))


@pytest.fixture(scope="session")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one SQLite catalog for all the lakes of a test process."""
    return tmp_path_factory.mktemp("warehouse")


@pytest.fixture(scope="session")
def new_lake(warehouse: Path) -> Callable[..., Lake]:
    """Opens a lake of its own: a new namespace, without tables."""
    numbers = itertools.count()

    def open_one(name: str = "polars", namespace: str = "", **options: object) -> Lake:
        names = TableNames(namespace=namespace or f"lake_{next(numbers)}")
        catalog = CatalogConfig(
            name="test",
            properties={
                "type": "sql",
                "uri": f"sqlite:///{warehouse}/catalog.db?timeout=60",
                "warehouse": warehouse.as_uri(),
            },
        )
        return open_lake(name, EngineConfig(catalog=catalog, names=names, version="test", **options))  # type: ignore[arg-type]

    return open_one
