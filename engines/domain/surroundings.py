"""What Spark needs beside Python: the engine obeys these facts, `k2 doctor` looks after them, the image brings them."""

import re

JAVA_VERSIONS = (17, 21)
"""What Spark 4.1 runs on (https://spark.apache.org/docs/4.1.0/)."""

ICEBERG = "1.12.0"
RUNTIME = f"org.apache.iceberg:iceberg-spark-runtime-4.1_2.13:{ICEBERG}"
AWS = f"org.apache.iceberg:iceberg-aws-bundle:{ICEBERG}"
DRIVERS = {"sqlite": "org.xerial:sqlite-jdbc:3.54.1.0", "postgresql": "org.postgresql:postgresql:42.7.14"}
"""Maven coordinates of the jars that Spark lacks; the drivers by the catalog's database."""


def java_version(said: str) -> int | None:
    """The feature version in what ``java -version`` says; None where it does not tell."""
    named = re.search(r'version "(?:1\.)?(\d+)', said)
    return int(named[1]) if named else None
