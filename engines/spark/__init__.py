"""The engine for clusters: Spark DataFrames over Iceberg's own source, files staged on a branch, the shared commit."""
