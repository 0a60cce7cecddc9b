"""Writes rows with Spark to a branch of a table, where no reader sees them until they are published."""

from collections.abc import Callable

from pyspark.sql import DataFrame, SparkSession

from engines.iceberg import StagingBranch
from engines.spark.errors import spark_errors
from engines.spark.scan import quoted


def appending(spark: SparkSession, catalog: str, rows: DataFrame) -> Callable[[StagingBranch], None]:
    """Return a function that creates a branch and appends the rows, clustered and sorted as the table specifies."""

    def append(branch: StagingBranch) -> None:
        table = quoted(f"{catalog}.{branch.table}")
        with spark_errors(f"write to {branch.table}"):
            spark.sql(f"ALTER TABLE {table} CREATE BRANCH `{branch.name}` AS OF VERSION {branch.start}")
            writer = rows.select(*branch.columns).writeTo(f"{table}.`branch_{branch.name}`")
            for key, value in branch.summary.items():
                writer = writer.option(f"snapshot-property.{key}", value)
            writer.append()

    return append
