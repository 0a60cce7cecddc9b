"""The Polars engine keeps the contract."""

from engines.base import Engine
from engines.domain.tables import TradesPartition
from engines.testing.history import PreparedLake
from engines.testing.suite import Conformance
from tests.empty_tables import with_tables


class QuickLake(PreparedLake):
    """Begins with copies of empty tables."""

    def begin(self) -> None:
        with_tables(self, TradesPartition.HOUR)


class TestPolars(Conformance):
    engine_name = "polars"

    @classmethod
    def lake(cls, engine: Engine, preparing: Engine) -> PreparedLake:
        return QuickLake(engine, preparing)
