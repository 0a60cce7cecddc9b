"""Fetch what runs on Java, before the tests and by one process: Ivy's cache is not made for two at once."""

from pyspark.sql import SparkSession

from engines.spark.pins import AWS, DRIVERS, RUNTIME
from tests.deployments.jars import java_parts
from tests.java import quick

print(java_parts())
packages = ",".join([RUNTIME, AWS, *DRIVERS.values()])
SparkSession.builder.master("local[1]").config("spark.jars.packages", packages).getOrCreate().stop()
print(quick())
