"""Print the jars to build into the image, one Maven coordinate per line: those that the Spark engine would download."""

from engines.spark.pins import AWS, DRIVERS, RUNTIME

if __name__ == "__main__":
    print(RUNTIME, AWS, *DRIVERS.values(), sep="\n")
