"""The DuckDB engine of examples/duckdb_engine keeps the contract."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from engines.base import Engine, EngineConfig
from engines.testing.history import PreparedLake
from engines.testing.suite import Conformance
from tests.empty_tables import QuickLake


@pytest.mark.extras
class TestDuckDB(Conformance):
    engine_name = "duckdb"

    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def installed(cls, site: Path) -> Iterator[None]:
        """The distribution can be imported, as from the environment into which a user installs it."""
        with pytest.MonkeyPatch.context() as patch:
            patch.syspath_prepend(site)
            yield

    @classmethod
    def open(cls, config: EngineConfig) -> Engine:
        engine: Engine = import_module("k2_duckdb").DuckDBEngine(config)
        return engine

    @classmethod
    def lake(cls, engine: Engine, preparing: Engine) -> PreparedLake:
        return QuickLake(engine, preparing)
