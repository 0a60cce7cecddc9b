"""The Spark engine keeps the contract."""

from dataclasses import replace

import pytest

from engines.base import Engine, EngineConfig
from engines.registry import open_engine
from engines.testing.suite import Conformance
from tests.engines.spark.conftest import SMALL


@pytest.mark.spark
class TestSpark(Conformance):
    engine_name = "spark"

    @classmethod
    def open(cls, config: EngineConfig) -> Engine:
        return open_engine(cls.engine_name, replace(config, options={"master": "local[2]", "conf": SMALL}))
