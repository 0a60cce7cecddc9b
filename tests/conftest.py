"""Fixtures for all tests: lakes in a temporary folder, and the Hypothesis profiles."""

import gc
import itertools
import os
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from platformdirs import user_cache_path

from engines.base import CatalogConfig, EngineConfig
from engines.domain.tables import TableNames
from engines.domain.timeframe import DEFAULT_TIMEFRAMES, Timeframe
from engines.lake import Lake
from engines.registry import open_lake
from k2cli.__main__ import OBJECTS
from tests.prefork import prefork, spare_the_disk

pytest_plugins = ("tests.groups",)

# No deadline: a slow example on a busy machine is no failure. The gate always tries the same examples, so that it never
# fails by chance.
settings.register_profile(
    "gate",
    max_examples=40,
    deadline=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("nightly", parent=settings.get_profile("gate"), derandomize=False, max_examples=1000)


def pytest_configure(config: pytest.Config) -> None:
    """Load the profile of Hypothesis before any test is read, and let commands start quickly."""
    gc.set_threshold(OBJECTS)
    spare_the_disk()
    settings.load_profile("nightly" if config.option.nightly else "gate")
    # A command without bytecode compiles all its imports and takes three times as long. If the user wants no bytecode
    # beside the sources, it goes to a cache folder.
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", None):
        os.environ.setdefault("PYTHONPYCACHEPREFIX", str(user_cache_path("k2-ohlcv") / "bytecode"))


@pytest.fixture(scope="session")
def nightly(pytestconfig: pytest.Config) -> bool:
    """Whether tests take their long forms."""
    return bool(pytestconfig.option.nightly)


@pytest.fixture(scope="session")
def seed(pytestconfig: pytest.Config) -> int:
    """The seed of tests that draw random numbers themselves: another one each night, the same one in the gate."""
    return int(pytestconfig.option.hypothesis_seed or 1)


@pytest.fixture(scope="session")
def k2(nightly: bool) -> Iterator[Path]:
    """The program `k2`, as for the PATH: one that starts at once, or at night the installed one."""
    installed = Path(sys.executable).with_name("k2")
    if nightly or not hasattr(socket, "send_fds"):
        yield installed
        return
    with tempfile.TemporaryDirectory(prefix="k2-") as folder, prefork(Path(folder), os.environ) as program:
        yield program


@pytest.fixture(scope="session")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one SQLite catalog for all the lakes of a test process."""
    return tmp_path_factory.mktemp("warehouse")


@pytest.fixture(scope="session")
def new_lake(warehouse: Path) -> Callable[..., Lake]:
    """Opens a lake in a new namespace without tables."""
    numbers = itertools.count()

    def open_one(
        name: str = "polars",
        namespace: str = "",
        timeframes: tuple[Timeframe, ...] = DEFAULT_TIMEFRAMES,
        **options: object,
    ) -> Lake:
        names = TableNames(namespace=namespace or f"lake_{next(numbers)}", timeframes=timeframes)
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
