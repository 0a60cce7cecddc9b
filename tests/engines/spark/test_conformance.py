"""The Spark engine keeps the contract."""

from dataclasses import replace

import pytest

from engines.base import Engine, EngineConfig
from engines.registry import open_engine
from engines.testing.suite import Conformance

pytest.importorskip("pyspark", reason="the extra spark is not installed")


class TestSpark(Conformance):
    engine_name = "spark"

    @classmethod
    def open(cls, config: EngineConfig) -> Engine:
        # A few rows need no more than one task a shuffle, and compiling code for them takes longer than they do.
        small = {"spark.sql.shuffle.partitions": "1", "spark.sql.codegen.wholeStage": "false"}
        options = {"master": "local[2]", "conf": small}
        return open_engine(cls.engine_name, replace(config, options=options))
