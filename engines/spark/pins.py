"""Pinned versions that work together: used by the engine, by `k2 doctor` and by the build of the Docker image."""

PYSPARK = ">=4.1.4,<4.2"
"""The versions of pyspark for which Iceberg has a runtime, and with which this engine is tested."""

JAVA_VERSIONS = (17, 21)
"""The Java versions that Spark 4.1 runs on (https://spark.apache.org/docs/4.1.0/)."""

ICEBERG = "1.12.0"
RUNTIME = f"org.apache.iceberg:iceberg-spark-runtime-4.1_2.13:{ICEBERG}"
AWS = f"org.apache.iceberg:iceberg-aws-bundle:{ICEBERG}"
DRIVERS = {"sqlite": "org.xerial:sqlite-jdbc:3.54.1.0", "postgresql": "org.postgresql:postgresql:42.7.14"}
"""Maven coordinates of the JDBC drivers, by the catalog's database."""
