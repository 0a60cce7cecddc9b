"""Metadata of tables, each text parsed once: PyIceberg 0.12 parses it anew whenever it loads a table.

A run loads each of its tables several times, and PyIceberg loads it once more for a commit. To copy what was parsed
takes a tenth of parsing it.
"""

from functools import lru_cache

from pyiceberg.table.metadata import TableMetadata, TableMetadataUtil

MOST_TEXTS = 16
"""Texts that are remembered: those of one run's tables before and after its commits."""
LONGEST = 1 << 20
"""Characters of the longest text that is remembered, so that what is kept in memory stays small."""

_parse = TableMetadataUtil.parse_raw
_parsed = lru_cache(maxsize=MOST_TEXTS)(_parse)


def parse(text: str) -> TableMetadata:
    """The metadata that a text describes: a copy that the caller may change."""
    return _parse(text) if len(text) > LONGEST else _parsed(text).model_copy(deep=True)


def remember_metadata() -> None:
    """Let PyIceberg parse each text once."""
    setattr(TableMetadataUtil, "parse_raw", staticmethod(parse))  # noqa: B010 - a method of another library's class
