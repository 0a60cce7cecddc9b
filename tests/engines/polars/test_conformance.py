"""The Polars engine keeps the contract."""

from engines.base import Engine
from engines.testing.history import PreparedLake
from engines.testing.suite import Conformance
from tests.empty_tables import QuickLake


class TestPolars(Conformance):
    engine_name = "polars"

    @classmethod
    def lake(cls, engine: Engine, preparing: Engine) -> PreparedLake:
        return QuickLake(engine, preparing)
