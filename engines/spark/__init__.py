"""The Spark engine: reads with Iceberg's Spark source, stages files on a branch, publishes with the shared commit."""
