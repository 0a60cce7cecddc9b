"""Trades that were removed from the source: what becomes of their candles, and when the user must be asked first.

A retention of the trades removes the oldest ones, and their candles should stay; a correction may remove any, and their
candles must go. Which of the two it was decides the place: whole windows lost at the old end of the source look like
retention; a limited number of windows lost anywhere else is corrections.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from engines.domain.changes import FileSpan, SourceChanges, occupied
from engines.domain.interval import CALENDAR, END, NOTHING, Interval, Intervals
from engines.domain.timeframe import M1, Timeframe

REMOVED_LIMIT = 1_000
"""Default of the number of windows per table and run that may lose all their trades before the user is asked."""

_MOST_RANGES = 64
"""Maximum number of ranges of the times of removals, so that a filter by them stays small."""


class RemovedTrades(StrEnum):
    """What to do with candles whose trades were removed from the source.

    ASK: Candles follow the trades, but stop if windows are lost at the old end of the source, or more than a limit.
    RECOMPUTE: Candles follow the trades; a candle without trades is removed.
    KEEP: Candles stay when their trades are removed, and are frozen.
    REFUSE: Stop if any window would lose all its trades.
    """

    ASK = "ask"
    RECOMPUTE = "recompute"
    KEEP = "keep"
    REFUSE = "refuse"


class Question(StrEnum):
    """Why candles that have no trades are not removed without asking."""

    ANY = "any"
    OLD_END = "old end"
    TOO_MANY = "too many"


@dataclass(frozen=True, slots=True, kw_only=True)
class Removals:
    """The times from which trades were removed since the watermark of a table, in whole windows of the table.

    Attributes:
        times: Where others may have removed trades; all times, if the changes of the source cannot be determined.
        declared: Where candles follow the trades without a question: only we have removed trades there, on the user's
            order; or nobody has, and others changed the candles.
        emptied: Minutes to be recomputed that have provably lost all their trades to others.
        begins: The first time of the files that are left; `END` if none are.
    """

    times: Intervals = NOTHING
    declared: Intervals = NOTHING
    emptied: Intervals = NOTHING
    begins: int = END

    def question(self, removed: RemovedTrades, limit: int) -> Question | None:
        """What must be asked before a run, judged by metadata alone: that proves few of the losses."""
        if not self.emptied:
            return None
        lost = self.emptied.length // M1.duration
        return Loss(candles=lost, first_lost=self.emptied.span.start, first_left=M1.floor(self.begins)).question(
            removed, limit
        )


def removals(timeframe: Timeframe, changes: SourceChanges, files: Iterable[FileSpan], *, reach: Intervals) -> Removals:
    """The removals that the changes of the source show.

    Args:
        timeframe: The timeframe of the table.
        changes: The changes since the table's watermark.
        files: The live data files of the source.
        reach: The times that are recomputed.
    """
    live = tuple(files)
    times = CALENDAR if changes.rebuild else changes.reduced.aligned(timeframe)
    return Removals(
        times=(times & CALENDAR).coarsened(_MOST_RANGES),
        declared=(changes.declared.aligned(timeframe) & CALENDAR) - times,
        emptied=_emptied(changes, live) & reach,
        begins=min((file.interval.start for file in live), default=END),
    )


def _emptied(changes: SourceChanges, files: Iterable[FileSpan]) -> Intervals:
    """Minutes whose trades are all gone, as metadata proves.

    A removed file had trades at its first and last event time; a minute that no live file overlaps has no trades.
    """
    ends = Intervals.of(
        Interval(instant, instant + 1)
        for file in changes.lost
        for instant in (file.interval.start, file.interval.end - 1)
    )
    return ends.aligned(M1) - occupied(files).aligned(M1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """The candles of one table that no longer have trades, without those that follow a removal of our own.

    Attributes:
        candles: Their number.
        first: Start of the first one's window; None if there are none.
        first_lost: Start of the first one's window where others may have removed trades; None if there is none: no
            trades were removed there, so the candles are of another writer, or were kept when their trades went.
        first_left: Start of the first window behind the fence that still has trades; None if there is none.
    """

    candles: int = 0
    first: int | None = None
    first_lost: int | None = None
    first_left: int | None = None

    def question(self, removed: RemovedTrades, limit: int) -> Question | None:
        """What must be asked before the candles are removed; None if nothing.

        Args:
            removed: The user's choice.
            limit: Number of candles that `ASK` removes in one run.
        """
        if removed not in (RemovedTrades.ASK, RemovedTrades.REFUSE) or not self.candles:
            return None
        if removed is RemovedTrades.REFUSE:
            return Question.ANY
        if self.first_lost is not None and (self.first_left is None or self.first_lost < self.first_left):
            return Question.OLD_END
        return Question.TOO_MANY if self.candles > limit else None

    def __add__(self, other: "Loss") -> "Loss":
        """The loss of two parts of a table."""
        return Loss(
            candles=self.candles + other.candles,
            first=earliest(self.first, other.first),
            first_lost=earliest(self.first_lost, other.first_lost),
            first_left=earliest(self.first_left, other.first_left),
        )


def earliest(*instants: int | None) -> int | None:
    """The earliest of the instants that are not None; None if all are."""
    return min((instant for instant in instants if instant is not None), default=None)


def first_left(candles: Iterable[FileSpan], units: Intervals, since: int) -> int | None:
    """A window that surely has trades, and is the first one as far as files tell, among files that are not rewritten.

    Args:
        candles: The data files of the candle table.
        units: The times of the partitions to be revised; their files are left out.
        since: Candles before this instant are frozen, and say nothing about trades.
    """
    found = [
        file.interval.start if file.interval.start >= since else file.interval.end - 1
        for file in candles
        if file.interval.end > since and not units.overlaps(file.interval.start, file.interval.end)
    ]
    return min(found, default=None)
