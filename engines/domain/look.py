"""A look at a table of trades before a run: what its metadata says, and what the newest of its rows are as trades."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engines.domain.changes import FileSpan
from engines.domain.identity import Identity
from engines.domain.interval import Interval
from engines.domain.reading import Reading
from engines.domain.results import Rejected
from engines.domain.timeframe import SECOND

MOST_ROWS = 10_000
"""Rows that a look reads: enough to meet what is usual, and read in a second from any store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFacts:
    """What the metadata of a source table says.

    Attributes:
        table: Full name.
        snapshot_id: The current snapshot; None if the table is empty.
        format_version: Version of the Iceberg format.
        reading: Which columns are read as ours, and how.
        unit_told: Whether the settings or the type tell the unit of times; if not, it was found.
        identity: What the trades are told apart by.
        rows: Number of rows, those that delete files hide included.
        times: From the first event time to the last; None without rows.
        files: Number of data files.
        without_bounds: Number of those whose manifests do not tell their times: each run opens them.
        manifests: Number of manifests.
        position_deletes: Number of delete files and deletion vectors that name rows by their place.
        equality_deletes: Number of delete files that name rows by their values.
    """

    table: str
    snapshot_id: int | None
    format_version: int
    reading: Reading
    unit_told: bool
    identity: Identity
    rows: int = 0
    times: Interval | None = None
    files: int = 0
    without_bounds: int = 0
    manifests: int = 0
    position_deletes: int = 0
    equality_deletes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelling:
    """Words of a column that differ by case, blanks or separators only.

    Attributes:
        column: ``exchange``, ``symbol`` or ``side``.
        words: The words, sorted.
    """

    column: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What the newest rows of a source are as trades.

    Attributes:
        times: The times that were looked at; None if there are no rows with a time.
        rows: Number of rows that were looked at.
        files: Number of data files that reach into these times.
        rejected: Number of those rows that a run leaves out, by reason.
        noted: Number of the others that are worth a word, by what it is.
        newest: The newest of the rows: our columns, and ``rejected``, the reason why a run leaves it out, or null.
        spellings: Words among the rows that are written in several ways.
    """

    times: Interval | None = None
    rows: int = 0
    files: int = 0
    rejected: tuple[Rejected, ...] = ()
    noted: tuple[Rejected, ...] = ()
    newest: tuple[Mapping[str, object], ...] = ()
    spellings: tuple[Spelling, ...] = ()


def newest_times(files: Iterable[FileSpan], most_rows: int) -> Interval | None:
    """The longest times up to the newest row that hold about so many rows, or all; None without rows.

    Rows are taken for evenly spread over the times of their file.
    """
    timed = [file for file in files if file.interval.start < file.interval.end]
    if not timed:
        return None
    first, end = min(file.interval.start for file in timed), max(file.interval.end for file in timed)
    width = SECOND
    while end - width > first and sum(_share(file, end - 2 * width) for file in timed) <= most_rows:
        width *= 2
    return Interval(max(first, end - width), end)


def _share(file: FileSpan, start: int) -> int:
    """About how many rows of a file are at or after an instant."""
    within = file.interval.end - max(file.interval.start, start)
    return max(0, within) * file.rows // (file.interval.end - file.interval.start)
