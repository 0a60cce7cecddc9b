"""Changes of the source table between two of its snapshots, as far as metadata shows them."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from engines.domain.interval import Interval, Intervals


@dataclass(frozen=True, slots=True)
class FileSpan:
    """A data file and the time span of its rows.

    Attributes:
        path: Path of the file.
        interval: From the first time of its rows to just after the last; event time of trades, window_start of candles.
        rows: Number of rows.
        bytes: Size of the file.
    """

    path: str
    interval: Interval
    rows: int
    bytes: int

    @property
    def timeless(self) -> bool:
        """Whether none of its rows has a time; its interval is empty then, so that no plan reads it."""
        return self.interval.start >= self.interval.end


def timeless_rows(files: Iterable[FileSpan]) -> dict[str, int]:
    """The number of trades in files that have no times at all, by the reason why they are left out."""
    rows = sum(file.rows for file in files if file.timeless)
    return {"null_timestamp": rows} if rows else {}


def rows_from_before(files: Iterable[FileSpan], instant: int | None) -> int:
    """The number of rows of files that begin before an instant; 0 if it is None."""
    return 0 if instant is None else sum(file.rows for file in files if file.interval.start < instant)


def occupied(spans: Iterable[FileSpan]) -> Intervals:
    """The union of the time spans of files."""
    return Intervals.of(span.interval for span in spans)


class ChangeKind(StrEnum):
    """The kind of change that a source snapshot made."""

    APPEND = "append"
    OVERWRITE = "overwrite"
    DELETE = "delete"
    ROLLBACK = "rollback"
    REPLACE = "replace"


@dataclass(frozen=True, slots=True)
class Change:
    """The change that one source snapshot made.

    Attributes:
        snapshot_id: Id of the snapshot.
        kind: Kind of the change.
        added: Data files that it added.
        removed: Data files that it removed.
        masked: Data files of which it deleted rows by a delete file (or removed such delete files again).
        declared: Whether it removed trades by a command of ours, so that it is known to be a correction.
    """

    snapshot_id: int
    kind: ChangeKind
    added: tuple[FileSpan, ...] = ()
    removed: tuple[FileSpan, ...] = ()
    masked: tuple[FileSpan, ...] = ()
    declared: bool = False

    @property
    def files(self) -> tuple[FileSpan, ...]:
        """All data files that it touched."""
        return (*self.added, *self.removed, *self.masked)

    @property
    def dirty(self) -> Intervals:
        """The times in which this snapshot may have changed trades."""
        return occupied(self.files)


@dataclass(frozen=True, slots=True)
class SourceChanges:
    """All changes of the source between a watermark and the source's head.

    Attributes:
        history: One change per snapshot, oldest first, including compactions.
        rebuild: The reason for a full rebuild, if the changes cannot be determined; empty otherwise.
    """

    history: tuple[Change, ...] = ()
    rebuild: str = ""

    @property
    def changes(self) -> tuple[Change, ...]:
        """The changes without compactions, which change no trades."""
        return tuple(change for change in self.history if change.kind is not ChangeKind.REPLACE)

    @property
    def dirty(self) -> Intervals:
        """The times in which trades may have changed."""
        return Intervals.of(interval for change in self.changes for interval in change.dirty)

    @property
    def kinds(self) -> tuple[ChangeKind, ...]:
        """The distinct kinds of change, in order of first appearance."""
        return tuple(dict.fromkeys(change.kind for change in self.changes))

    @property
    def reduced(self) -> Intervals:
        """The times from which trades may have been removed by others."""
        masked = (file for change in self.changes if not change.declared for file in change.masked)
        return occupied((*self.lost, *masked))

    @property
    def declared(self) -> Intervals:
        """The times from which trades were removed by commands of ours."""
        return occupied(file for change in self.changes if change.declared for file in change.removed)

    @property
    def lost(self) -> tuple[FileSpan, ...]:
        """Data files, removed by others, that a candle table may have been made from."""
        new: set[str] = set()
        gone: list[FileSpan] = []
        for change in self.history:
            old = [file for file in change.removed if file.path not in new]
            if change.kind is not ChangeKind.REPLACE and not change.declared:
                gone += old
                new |= {file.path for file in change.added}
                continue
            # What a compaction or an order of ours wrote holds only new trades where none of its old files has rows.
            known = occupied(old)
            new |= {f.path for f in change.added if not known.overlaps(f.interval.start, f.interval.end)}
        return tuple(gone)

    @property
    def added(self) -> tuple[FileSpan, ...]:
        """The data files that came."""
        return tuple(file for change in self.changes for file in change.added)

    def rows_before(self, instant: int) -> int:
        """Rows in changed files that begin before the instant: an upper bound of the changed trades before it."""
        return sum(span.rows for change in self.changes for span in change.files if span.interval.start < instant)
