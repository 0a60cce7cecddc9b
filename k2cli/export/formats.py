"""Formats of exported files, by the suffix of their name."""

from enum import StrEnum
from pathlib import PurePath


class Format(StrEnum):
    """How rows are written; the value is the suffix of such a file.

    PARQUET, FEATHER: decimals and times as the table has them, with their scale and zone.
    CSV, CSV_GZ: digits as text, times in ISO 8601 with Z; null is an empty cell, an empty text is ``""``.
    NDJSON, JSON: a line with an object for each row, or an array of these. Decimals are strings, for most programs read
        numbers of JSON as doubles.
    """

    PARQUET = "parquet"
    FEATHER = "feather"
    CSV = "csv"
    CSV_GZ = "csv.gz"
    NDJSON = "ndjson"
    JSON = "json"

    @property
    def binary(self) -> bool:
        """Whether it is nothing to show on a terminal."""
        return self in {Format.PARQUET, Format.FEATHER, Format.CSV_GZ}


SUFFIXES = {f".{format_.value}": format_ for format_ in Format} | {
    ".pq": Format.PARQUET,
    ".arrow": Format.FEATHER,
    ".ipc": Format.FEATHER,
    ".jsonl": Format.NDJSON,
}
"""Suffixes of file names, in small letters, with their formats."""


def format_of(path: PurePath) -> Format | None:
    """The format that a file's name tells by its suffix; None if it tells none."""
    name = path.name.lower()
    return next((format_ for suffix, format_ in SUFFIXES.items() if name.endswith(suffix)), None)
