"""Plans: what a run will do to a candle table. Computed from metadata alone, in the same way for every engine."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from engines.domain.changes import Change, FileSpan, SourceChanges, occupied
from engines.domain.identity import Identity
from engines.domain.interval import BEGINNING, CALENDAR, END, NOTHING, Intervals
from engines.domain.losses import Removals, RemovedTrades, removals
from engines.domain.reading import recorded_words
from engines.domain.requests import RefreshRequest
from engines.domain.timeframe import Timeframe, isoformat
from engines.domain.watermark import Watermark, algebra

MOST_RANGES = 64
"""Maximum number of ranges of a plan. The smallest gaps are closed to keep filters small; recomputing a window that did
not change gives the same candle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableState:
    """A candle table as its metadata shows it.

    Attributes:
        watermark: Up to where the table is complete; None if no watermark is found.
        fence: The instant before which the table is frozen; separate, since it is kept even if the watermark is lost.
        candles: The times in which it has candles.
        ours: Whether we have ever made its candles, even if the watermark is lost.
        others: What others did to it since our newest snapshot, without compactions.
    """

    watermark: Watermark | None = None
    fence: int | None = None
    candles: Intervals = NOTHING
    ours: bool = False
    others: tuple[Change, ...] = ()

    @property
    def touched(self) -> Intervals:
        """The times in which others may have changed candles."""
        return Intervals.of(interval for change in self.others for interval in change.dirty)


@dataclass(frozen=True, slots=True, kw_only=True)
class TablePlan:
    """The plan for one candle table.

    Attributes:
        timeframe: The table's timeframe.
        intervals: The times to recompute: whole windows after the fence; open ones only if they are asked for.
        reason: Why they are recomputed, in words.
        rebuild: Why everything that is not frozen is recomputed (a full rebuild); empty if it is not.
        closed_until: The table's new closed_until.
        fence: The table's new fence.
        frozen: Upper bound of the number of changed trades before the fence.
        removals: Where trades were removed.
        beyond_mending: Upper bound of the number of candles before the fence that others changed.
        moved: Whether the watermark must be committed even if there is nothing to recompute.
        exact_words: Whether sides are read as in candles of former versions, see `Reading.exact_words`.
    """

    timeframe: Timeframe
    intervals: Intervals
    reason: str
    rebuild: str
    closed_until: int
    fence: int | None
    frozen: int
    removals: Removals
    beyond_mending: int
    moved: bool
    exact_words: bool = False

    @property
    def idle(self) -> bool:
        """Whether there is nothing to compute and nothing to record."""
        return not self.intervals and not self.moved

    @property
    def frozen_until(self) -> int | None:
        """The end of the last frozen window; None if none is. A window that contains the fence is frozen, too."""
        return None if self.fence is None else self.timeframe.ceil(self.fence)

    @property
    def windows(self) -> int:
        """Number of windows in the intervals, for one series."""
        return self.intervals.length // self.timeframe.duration


def rebuild_reason(watermark: Watermark | None, source_uuid: str, identity: Identity) -> str:
    """The reason for a full rebuild that follows from the watermark alone; empty if there is none.

    Args:
        watermark: The watermark of the candle table.
        source_uuid: UUID of the source table.
        identity: What the source's trades are told apart by.
    """
    if watermark is None:
        return "first build"
    if watermark.source_uuid != source_uuid:
        return "the source table was replaced"
    if watermark.identity is None:
        return f"made by algebra {watermark.algebra}, now {algebra(identity)}"
    if watermark.identity is not identity:
        return f"trades were told apart by {watermark.identity}, now by {identity}"
    return ""


def plan_table(
    timeframe: Timeframe,
    request: RefreshRequest,
    *,
    state: TableState,
    changes: SourceChanges,
    files: Sequence[FileSpan],
) -> TablePlan:
    """Decide what to recompute in one candle table.

    Args:
        timeframe: The table's timeframe.
        request: The request of the run.
        state: The current state of the table.
        changes: The changes of the source since the table's watermark.
        files: The live data files of the source at the pinned head.
    """
    mark = state.watermark
    until = _closed_until(timeframe, mark, request)
    lost_until = _lost_until(timeframe, request, state=state, changes=changes, files=files)
    fence = _fence(request, state=state, lost_until=lost_until)
    unfrozen = Intervals.of([(BEGINNING if fence is None else timeframe.ceil(fence), END)])
    within_reach = unfrozen & CALENDAR & Intervals.of([(BEGINNING, END if request.include_open else until)])
    lost = mark is None and state.ours
    rebuild = "the watermark is lost" if lost else changes.rebuild or ("requested" if request.rebuild else "")
    dirty, reasons = _dirty(timeframe, request, state=state, changes=changes, held=occupied(files), until=until)
    intervals = dirty.aligned(timeframe) & within_reach
    if fence is not None and fence == lost_until != state.fence:
        reasons.append(f"candles before {isoformat(timeframe.ceil(fence))} frozen: their trades are gone")
    return TablePlan(
        timeframe=timeframe,
        intervals=intervals.coarsened(MOST_RANGES),
        reason=" and ".join(reasons),
        rebuild=rebuild,
        closed_until=until,
        fence=fence,
        frozen=0 if fence is None else _frozen(fence, timeframe.ceil(fence), changes, files),
        removals=_removals(timeframe, request, state=state, changes=changes, files=files, reach=intervals),
        beyond_mending=0 if fence is None else _changed_before(timeframe.ceil(fence), state.others),
        # A fence that was moved by the clock alone needs no commit: the next run computes it from the clock again.
        moved=mark is None or bool(changes.rebuild or changes.changes or state.others),
        exact_words=mark is not None and not rebuild and recorded_words(mark.columns),
    )


def _frozen(fence: int, until: int, changes: SourceChanges, files: Sequence[FileSpan]) -> int:
    """Upper bound of the changed trades in frozen windows, of which the last one ends at `until`.

    Where the changes are not known, any trade after the fence may be one, in the window that the fence has cut.
    """
    if changes.rebuild:
        return sum(file.rows for file in files if fence <= file.interval.start < until)
    return changes.rows_before(until)


def _removals(
    timeframe: Timeframe,
    request: RefreshRequest,
    *,
    state: TableState,
    changes: SourceChanges,
    files: Sequence[FileSpan],
    reach: Intervals,
) -> Removals:
    """Where trades were removed; candles that others have put where there never were any go without a question."""
    found = removals(timeframe, changes, files, reach=reach)
    if request.removed is RemovedTrades.KEEP:
        # Candles that were kept when their trades went cannot be told from others' in the same file.
        return found
    touched = (state.touched.aligned(timeframe) & CALENDAR) - found.times
    return replace(found, declared=found.declared | touched)


def _changed_before(instant: int, others: Iterable[Change]) -> int:
    return sum(span.rows for change in others for span in change.files if span.interval.start < instant)


def _closed_until(timeframe: Timeframe, mark: Watermark | None, request: RefreshRequest) -> int:
    """The end of the last closed window. It never moves back, even if the clock does."""
    by_clock = timeframe.floor(request.now - request.grace)
    return by_clock if mark is None else max(by_clock, mark.closed_until)


def _dirty(
    timeframe: Timeframe,
    request: RefreshRequest,
    *,
    state: TableState,
    changes: SourceChanges,
    held: Intervals,
    until: int,
) -> tuple[Intervals, list[str]]:
    """The times to recompute, and the reasons, before frozen and open windows are excluded."""
    mark = state.watermark
    somewhere = held | state.candles
    if mark is None:
        # Candles in a table that we never wrote are foreign: those without trades must not be dropped.
        return (somewhere, ["the watermark is lost"]) if state.ours else (held, [changes.rebuild])
    if changes.rebuild or request.rebuild:
        return somewhere | changes.dirty | state.touched, [changes.rebuild or "rebuild requested"]
    # A range that has just closed needs work only where there may be trades, or candles published while it was open.
    closed = Intervals.of([(mark.closed_until, END if request.include_open else until)]) & somewhere
    asked = request.asked.aligned(timeframe) & somewhere.aligned(timeframe)
    reasons = {
        f"trades changed by {', '.join(changes.kinds)}": bool(changes.changes),
        "windows closed": bool(closed),
        "range requested": bool(asked),
        "changed by others": bool(state.touched),
    }
    return changes.dirty | closed | asked | state.touched, [reason for reason, holds in reasons.items() if holds]


def _fence(request: RefreshRequest, *, state: TableState, lost_until: int | None) -> int | None:
    """The new fence: the instant before which candles are frozen. It only moves forward.

    It moves when trades at the beginning of the source are gone although their candles are to stay: by a configured
    retention of trades, when candles of removed trades are kept, and when older foreign candles are adopted. A window
    that contains the fence has lost a part of its trades, so it is frozen, too.
    """
    candidates = [fence for fence in (state.fence, lost_until) if fence is not None]
    if request.trades_retention is not None and state.watermark is not None:
        candidates.append(request.now - request.trades_retention)
    return max(candidates, default=None)


def _lost_until(
    timeframe: Timeframe,
    request: RefreshRequest,
    *,
    state: TableState,
    changes: SourceChanges,
    files: Sequence[FileSpan],
) -> int | None:
    """The instant before which the source has lost its trades although their candles stay; None if it has not."""
    # If no trades are left, the source counts as beginning at the end of the last file that was lost.
    nowhere = max((file.interval.end for file in changes.lost), default=END)
    first = min((file.interval.start for file in files), default=nowhere)
    # The lost files before it may end earlier: the window in which the source begins may still have all its trades.
    before = max((f.interval.end for f in changes.lost if f.interval.start < first), default=first)
    older = bool(state.candles) and state.candles.span.start < timeframe.floor(first)
    if state.watermark is None and not state.ours:
        lost = older
    else:
        lost = request.removed is RemovedTrades.KEEP and (
            (older and bool(changes.rebuild)) or any(file.interval.start < first for file in changes.lost)
        )
    if not lost or first == END:
        return None
    return first if changes.rebuild else min(first, before)
