"""What an import of files leaves in the table of trades, and what keeps another from being added to it.

The ids of trades tell their kind: ``exchange:symbol:ID`` is a single trade, ``exchange:symbol:agg:ID`` several of them
at one price, ``exchange:symbol:row:...`` a row that had no id. Two kinds in one time of a series are the same trades
twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from engines.domain.interval import Interval

KEY_FILES = "k2.files"
"""Key of a snapshot's summary: digests of the files that the import read, separated by blanks."""

MOST_FILES = 400
"""Digests that one summary holds, 33 bytes each: metadata is read by every run. Files beyond may be imported again."""

MOST_SERIES = 1000
"""Series whose shift is remembered although it is none: as many properties the table has at most."""

_SHIFT = "k2.shift"


class Kind(StrEnum):
    """What the rows of a series are, in words for messages."""

    TRADE = "single trades"
    AGGREGATE = "aggregates of trades"
    ROW = "trades without ids"
    LINE = "trades without ids that an earlier version of k2 imported"


ID_PATTERNS: Mapping[Kind, str] = {
    Kind.AGGREGATE: r":agg:[^:]+$",
    Kind.ROW: r":row:[0-9]+:[0-9]+:[0-9]+:[a-z]*:[0-9]+$",
    Kind.LINE: r":[0-9a-f]{16}:[0-9]+$",
}
"""Regular expressions that a message id of the kind ends with; any other id is that of a single trade."""

SeriesKey = tuple[str, str]
"""Exchange and symbol."""


@dataclass(frozen=True, slots=True)
class Shift:
    """Places by which the decimal points of a file's prices and quantities were moved to the right."""

    price: int = 0
    quantity: int = 0

    def __str__(self) -> str:
        return f"{self.price},{self.quantity}"


@dataclass(frozen=True, slots=True)
class Arrival:
    """What an import brings for one series.

    Attributes:
        times: From the first trade to the last.
        kinds: The kinds of its rows.
    """

    times: Interval
    kinds: frozenset[Kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRecord:
    """What is known of an import when all its rows have been read.

    Attributes:
        files: Digests of the files that were read, together with how they were read.
        shift: How the decimal points were moved.
        sizes: What one contract was taken to be worth, by exchange and symbol of those that are counted in contracts.
        arrivals: What it brings, by exchange and symbol.
    """

    files: tuple[str, ...] = ()
    shift: Shift = Shift()
    sizes: Mapping[SeriesKey, str] = field(default_factory=dict)
    arrivals: Mapping[SeriesKey, Arrival]

    @property
    def summary(self) -> dict[str, str]:
        """Entries of the snapshot's summary."""
        return {KEY_FILES: " ".join(self.files[:MOST_FILES])} if self.files else {}

    def properties(self, known: Mapping[str, str]) -> dict[str, str]:
        """Properties that the table has to get for its series, beside those that it has."""
        told = {shift_key(series): self.unit(series) for series in self.arrivals}
        new = {key: shift for key, shift in told.items() if known.get(key) != shift}
        room = MOST_SERIES - sum(key.startswith(_SHIFT) for key in known)
        told_by_user = self.shift != Shift() or self.sizes
        return new if told_by_user or any(key in known for key in new) or len(new) <= room else {}

    def unit(self, series: SeriesKey) -> str:
        """In which unit a series was written down: its shift, and the size of its contracts."""
        return ",".join(filter(None, (str(self.shift), self.sizes.get(series, ""))))


def shift_key(series: SeriesKey) -> str:
    """Name of the property of the table that remembers the shift of a series."""
    exchange, symbol = series
    return f"{_SHIFT}:{exchange}:{symbol}"


def files_of(summary: Mapping[str, str]) -> list[str]:
    """Digests of the files that the import of a snapshot read."""
    return summary.get(KEY_FILES, "").split()
