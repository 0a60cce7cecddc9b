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
    ROLLBACK = "rollback"
    REPLACE = "replace"


class RemovedTrades(StrEnum):
    """What to do where trades have gone from the source.

    REFUSE: stop where whole windows would lose all their trades, for that is what a retention looks like.
    RECOMPUTE: candles follow the trades, and go with them.
    KEEP: candles stay when their trades go, and are frozen.
    """

    REFUSE = "refuse"
    RECOMPUTE = "recompute"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Change:
    """One source snapshot.

    Attributes:
        snapshot_id: Its id.
        kind: What it did.
        added: Data files it added.
        removed: Data files it removed.
        masked: Data files of which it deleted rows by a delete file (or took such deletes back).
    """

    snapshot_id: int
    kind: ChangeKind
    added: tuple[FileSpan, ...] = ()
    removed: tuple[FileSpan, ...] = ()
    masked: tuple[FileSpan, ...] = ()

    @property
    def files(self) -> tuple[FileSpan, ...]:
        """All files it touched."""
        return (*self.added, *self.removed, *self.masked)

    @property
    def dirty(self) -> Intervals:
        """The times whose trades this snapshot may have changed."""
        return occupied(self.files)


@dataclass(frozen=True, slots=True)
class SourceChanges:
    """Everything between a watermark and the source's head.

    Attributes:
        history: One per snapshot, oldest first, compactions among them.
        rebuild: Why the changes cannot be told and all must be rebuilt; empty when they can.
    """

    history: tuple[Change, ...] = ()
    rebuild: str = ""

    @property
    def changes(self) -> tuple[Change, ...]:
        """Those that changed trades; a compaction changes none."""
        return tuple(change for change in self.history if change.kind is not ChangeKind.REPLACE)

    @property
    def dirty(self) -> Intervals:
        """The times whose trades may have changed."""
        return Intervals.of(interval for change in self.changes for interval in change.dirty)

    @property
    def kinds(self) -> tuple[ChangeKind, ...]:
        """The kinds of change, each once, in order of appearance."""
        return tuple(dict.fromkeys(change.kind for change in self.changes))

    @property
    def lost(self) -> tuple[FileSpan, ...]:
        """Data files that a target may have been made from and that are gone now."""
        new: set[str] = set()
        gone: list[FileSpan] = []
        for change in self.history:
            old = [file for file in change.removed if file.path not in new]
            if change.kind is not ChangeKind.REPLACE:
                gone += old
                new |= {file.path for file in change.added}
                continue
            # What a compaction wrote where none of its old files reach holds nothing but new trades.
            known = occupied(old)
            new |= {f.path for f in change.added if not known.overlaps(f.interval.start, f.interval.end)}
        return tuple(gone)

    def rows_before(self, instant: int) -> int:
        """Rows in changed files that begin before the instant: an upper bound of the trades there."""
        return sum(span.rows for change in self.changes for span in change.files if span.interval.start < instant)
