"""What stands for windows without trades, as values of an option."""

from enum import StrEnum


class FillName(StrEnum):
    """The names of `engines.domain.requests.Fill`, which loads too slowly to be imported for `--help`."""

    NONE = "none"
    NULL = "null"
    PREVIOUS = "previous"
    ZERO = "zero"
