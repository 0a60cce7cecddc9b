"""The Polars engine keeps the contract."""

from engines.testing.suite import Conformance


class TestPolars(Conformance):
    engine_name = "polars"
