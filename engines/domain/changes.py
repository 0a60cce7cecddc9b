"""What happened to the source between two of its snapshots, as far as metadata tells."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from engines.domain.interval import Interval, Intervals


@dataclass(frozen=True, slots=True)
class FileSpan:
    """The event times of a data file.

    Attributes:
        path: Where the file is.
        interval: From its first event time to just after its last.
        rows: Rows in it.
        bytes: Its size.
    """

    path: str
    interval: Interval
    rows: int
    bytes: int


def occupied(spans: Iterable[FileSpan]) -> Intervals:
    """The times covered by files."""
    return Intervals.of(span.interval for span in spans)


class ChangeKind(StrEnum):
    """What a source snapshot did."""

    APPEND = "append"
    OVERWRITE = "overwrite"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Change:
    """One source snapshot: the spans of the files it added and removed."""

    snapshot_id: int
    kind: ChangeKind
    added: tuple[FileSpan, ...] = ()
    removed: tuple[FileSpan, ...] = ()

    @property
    def dirty(self) -> Intervals:
        """The times whose trades this snapshot may have changed."""
        return occupied((*self.added, *self.removed))


@dataclass(frozen=True, slots=True)
class SourceChanges:
    """Everything between a watermark and the source's head.

    Attributes:
        changes: One per snapshot that changed trades, oldest first.
        rebuild: Why the changes cannot be told and all must be rebuilt; empty when they can.
    """

    changes: tuple[Change, ...] = ()
    rebuild: str = ""

    @property
    def dirty(self) -> Intervals:
        """The times whose trades may have changed."""
        return Intervals.of(interval for change in self.changes for interval in change.dirty)

    @property
    def kinds(self) -> tuple[ChangeKind, ...]:
        """The kinds of change, each once, in order of appearance."""
        return tuple(dict.fromkeys(change.kind for change in self.changes))

    def rows_before(self, instant: int) -> int:
        """Rows in changed files that begin before the instant: an upper bound of the trades there."""
        return sum(
            span.rows
            for change in self.changes
            for span in (*change.added, *change.removed)
            if span.interval.start < instant
        )
