"""Print the jars that Spark lacks, a Maven coordinate a line: the image is built with what the engine would fetch."""

from engines.spark.pins import AWS, DRIVERS, RUNTIME

if __name__ == "__main__":
    print(RUNTIME, AWS, *DRIVERS.values(), sep="\n")
