"""The Spark engine keeps the contract."""

from dataclasses import replace

import pytest
from hypothesis import Phase, settings

from engines.base import Engine, EngineConfig
from engines.registry import open_engine
from engines.testing.suite import Conformance
from tests.engines.spark.conftest import small

INTERPRETED = {"spark.sql.codegen.factoryMode": "NO_CODEGEN"}
"""Compiling the expressions of a query takes a fifth of a test. That compiled ones give the same bits is proved by
test_same_bits, test_exact_decimals and the deployments."""


@pytest.mark.spark
class TestSpark(Conformance):
    engine_name = "spark"
    # To shrink takes a hundred runs of seconds each. Many examples in one table are tried by test_same_bits.
    few = settings(
        Conformance.few,
        max_examples=Conformance.few.max_examples // 2,
        phases=[phase for phase in Phase if phase is not Phase.shrink],
    )

    @classmethod
    def open(cls, config: EngineConfig) -> Engine:
        return open_engine(cls.engine_name, replace(config, options=small(**INTERPRETED)))


@pytest.mark.spark
@pytest.mark.long
class TestSparkAlone(TestSpark):
    """Spark makes what its tests begin with, too."""

    preparing = "spark"
