"""Values of options of `k2 ohlcv export`."""

from enum import StrEnum


class FormatName(StrEnum):
    """The names of `k2cli.export.Format`, which loads too slowly to be imported for `--help`."""

    PARQUET = "parquet"
    FEATHER = "feather"
    CSV = "csv"
    CSV_GZ = "csv.gz"
    NDJSON = "ndjson"
    JSON = "json"


class TargetName(StrEnum):
    """The names of `k2cli.export.TARGETS`, likewise."""

    FREQTRADE = "freqtrade"
    BACKTRADER = "backtrader"
    VECTORBT = "vectorbt"
    NAUTILUS = "nautilus"
    LIGHTWEIGHT_CHARTS = "lightweight-charts"


class PartitionColumn(StrEnum):
    """What gets a folder of its own."""

    SYMBOL = "symbol"
