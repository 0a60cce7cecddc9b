"""Lakes on which Polars and Spark take turns. Spark starts once a test process."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from engines.base import CatalogConfig, EngineConfig
from engines.domain.decimals import Scale
from engines.domain.tables import TableNames
from engines.lake import Lake
from engines.registry import open_lake
from tests.java import quick

NewLakes = Callable[..., tuple[Lake, Lake]]


def small(**conf: str) -> dict[str, object]:
    """How Spark is started for a few rows."""
    few = {
        # A few rows need no more than one task a shuffle, and compiling code for them takes longer than they do.
        "spark.sql.shuffle.partitions": "1",
        "spark.sql.codegen.wholeStage": "false",
        # So that larger tests meet both ways of Spark to fold: in memory, and by sorting.
        "spark.sql.objectHashAggregate.sortBased.fallbackThreshold": "64",
        "spark.driver.extraJavaOptions": quick(),
    }
    return {"master": "local[2]", "conf": few | conf}


@pytest.fixture(scope="session")
def spark_options() -> dict[str, object]:
    """How Spark is started for a few rows."""
    return small()


@pytest.fixture
def new_lakes(tmp_path: Path, spark_options: dict[str, object]) -> NewLakes:
    """Opens Polars and Spark on one lake, by the name of its namespace, and a scale if need be."""
    properties = {"type": "sql", "uri": f"sqlite:///{tmp_path}/catalog.db?timeout=60", "warehouse": tmp_path.as_uri()}

    def opened(namespace: str, scale: Scale | None = None) -> tuple[Lake, Lake]:
        catalog = CatalogConfig(name="k2", properties=properties)
        config = EngineConfig(catalog=catalog, names=TableNames(namespace=namespace), scale=scale, version="test")
        polars = open_lake("polars", config)
        polars.create_tables(with_trades=True)
        return polars, open_lake("spark", replace(config, options=spark_options))

    return opened
