"""The DuckDB engine keeps the contract of engines."""

from engines.testing.suite import Conformance


class TestDuckDB(Conformance):
    """The conformance suite, run with the DuckDB engine."""

    engine_name = "duckdb"
