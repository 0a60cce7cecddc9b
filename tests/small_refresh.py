"""A small refresh and its validation by Spark, which loads the classes that other small ones need.

Usage: python -m tests.small_refresh FOLDER JAVA_OPTIONS, with an empty folder; ends when its Java process has ended.
"""

import sys
from pathlib import Path

from pyspark import SparkContext

from engines.base import CatalogConfig, EngineConfig
from engines.domain.requests import ValidationRequest
from engines.domain.tables import TableNames
from engines.domain.timeframe import DAY, DEFAULT_TIMEFRAMES
from engines.registry import open_lake
from engines.testing.history import History, trade
from engines.testing.strategies import MIDNIGHT


def refresh(folder: Path, options: str) -> None:
    """Fold two trades, each delivered twice and one late."""
    catalog = {"type": "sql", "uri": f"sqlite:///{folder}/catalog.db", "warehouse": folder.as_uri()}
    conf = {"spark.driver.extraJavaOptions": options, "spark.sql.shuffle.partitions": "1"}
    config = EngineConfig(
        catalog=CatalogConfig(name="k2", properties=catalog),
        names=TableNames(namespace="small"),
        version="test",
        options={"master": "local[2]", "conf": conf},
    )
    lake = open_lake("spark", config)
    lake.create_tables(with_trades=True)
    history = History(lake)
    for number in range(2):
        history.append([trade(MIDNIGHT + number, str(number))] * 2)
        history.run(MIDNIGHT + DAY)
    lake.validate(ValidationRequest(timeframes=DEFAULT_TIMEFRAMES, now=MIDNIGHT + DAY, against_trades=True))


def ended() -> int:
    """End the Java process and wait for it, as pyspark itself does not; its exit code."""
    context = SparkContext._active_spark_context  # noqa: SLF001
    assert context is not None
    java = context._gateway.proc  # type: ignore[union-attr]  # noqa: SLF001
    context.stop()
    java.stdin.close()
    code: int = java.wait(timeout=300)
    return code


if __name__ == "__main__":
    refresh(Path(sys.argv[1]), sys.argv[2])
    sys.exit(ended())
