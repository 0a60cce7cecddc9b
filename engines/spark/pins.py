"""Versions that fit together: the engine obeys them, `k2 doctor` looks after them, the image is built with them."""

PYSPARK = ">=4.1.4,<4.2"
"""The series that Iceberg has a runtime for, and that this engine is tested with."""

JAVA_VERSIONS = (17, 21)
"""What Spark 4.1 runs on (https://spark.apache.org/docs/4.1.0/)."""

ICEBERG = "1.12.0"
RUNTIME = f"org.apache.iceberg:iceberg-spark-runtime-4.1_2.13:{ICEBERG}"
AWS = f"org.apache.iceberg:iceberg-aws-bundle:{ICEBERG}"
DRIVERS = {"sqlite": "org.xerial:sqlite-jdbc:3.54.1.0", "postgresql": "org.postgresql:postgresql:42.7.14"}
"""Maven coordinates of the jars that Spark lacks; the drivers by the catalog's database."""
