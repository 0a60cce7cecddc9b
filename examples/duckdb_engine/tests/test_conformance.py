"""The DuckDB engine keeps the contract."""

from engines.testing.suite import Conformance


class TestDuckDB(Conformance):
    """All of it."""

    engine_name = "duckdb"
