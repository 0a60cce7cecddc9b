"""The jars that Spark needs in addition: Iceberg's runtime, the catalog's database driver, the storage client."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from engines.errors import UsageError
from engines.spark.catalog import jdbc_driver, uses_s3
from engines.spark.pins import AWS, DRIVERS, RUNTIME


def jar_conf(properties: Mapping[str, str], jars: Sequence[str] | None, spark_home: Path) -> dict[str, str]:
    """The Spark configuration that adds the jars.

    Args:
        properties: The catalog's properties, as PyIceberg names them.
        jars: Files to use instead of downloads, for machines without internet access; empty: Spark has them already.
            None: what Spark lacks is downloaded from Maven Central, in the pinned versions.
        spark_home: Spark's folder; jars that are in it are not added.

    Raises:
        UsageError: A file does not exist.
    """
    if jars is None:
        packages = missing_packages(properties, spark_home)
        return {"spark.jars.packages": ",".join(packages)} if packages else {}
    absent = [jar for jar in jars if "://" not in jar and not Path(jar).is_file()]
    if absent:
        raise UsageError(f"there is no jar {absent[0]}", hint="check [engines.spark] jars")
    return {"spark.jars": ",".join(jars)} if jars else {}


def missing_packages(properties: Mapping[str, str], spark_home: Path) -> list[str]:
    """Maven coordinates of the needed jars that neither Spark's folder nor SPARK_DIST_CLASSPATH holds."""
    present = [jar.name for jar in _own_jars(spark_home)]
    wanted = [RUNTIME]
    if (driver := jdbc_driver(properties)) in DRIVERS:
        wanted.append(DRIVERS[driver])
    if uses_s3(properties):
        wanted.append(AWS)
    # Versions are not compared: which one of the runtime a cluster installs is the cluster's choice.
    return [package for package in wanted if not any(name.startswith(package.split(":")[1]) for name in present)]


def _own_jars(spark_home: Path) -> list[Path]:
    folders = [spark_home / "jars", *map(Path, os.environ.get("SPARK_DIST_CLASSPATH", "").replace("*", "").split(":"))]
    return [jar for folder in folders if folder.is_dir() for jar in folder.glob("*.jar")]
