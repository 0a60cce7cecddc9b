"""What a run will do to a table: pure, made from metadata, the same for every engine."""

from collections.abc import Sequence
from dataclasses import dataclass

from engines.domain.changes import FileSpan, RemovedTrades, SourceChanges, occupied
from engines.domain.interval import BEGINNING, CALENDAR, END, NOTHING, Interval, Intervals
from engines.domain.requests import RefreshRequest
from engines.domain.timeframe import M1, Timeframe
from engines.domain.watermark import ALGEBRA, Watermark

MOST_RANGES = 64
"""A plan has at most this many ranges: closing the smallest gaps keeps filters small, and recomputing a window that
did not change gives the same candle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableState:
    """A candle table as its metadata shows it.

    Attributes:
        watermark: Up to where it is complete; None where nothing of ours is recorded.
        fence: The instant before which it is frozen; kept apart, for it outlives a lost watermark.
        candles: The times where it has candles.
        ours: Whether we made them once, even where the watermark is lost.
    """

    watermark: Watermark | None = None
    fence: int | None = None
    candles: Intervals = NOTHING
    ours: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TablePlan:
    """What is to be rebuilt in one table.

    Attributes:
        timeframe: The table's timeframe.
        intervals: What is recomputed: whole windows behind the fence, closed ones unless open ones are asked for.
        reason: Why, in words.
        rebuild: Why all of the table that is not frozen is made anew; empty where it is not.
        closed_until: The table's new closed-until.
        fence: The table's new fence.
        frozen: Changed trades before the fence, an upper bound.
        emptied: Minutes that have certainly lost all their trades.
        moved: Whether the watermark must be committed even where there is nothing to recompute.
    """

    timeframe: Timeframe
    intervals: Intervals
    reason: str
    rebuild: str
    closed_until: int
    fence: int | None
    frozen: int
    emptied: Intervals
    moved: bool

    @property
    def idle(self) -> bool:
        """Nothing to compute and nothing to record."""
        return not self.intervals and not self.moved

    @property
    def windows(self) -> int:
        """Windows (of one series) in the intervals."""
        return self.intervals.length // self.timeframe.duration


def rebuild_reason(watermark: Watermark | None, source_uuid: str) -> str:
    """Why a table must be made anew whatever the source's history says; empty when it need not."""
    if watermark is None:
        return "first build"
    if watermark.source_uuid != source_uuid:
        return "the source table was replaced"
    if watermark.algebra != ALGEBRA:
        return f"made by algebra {watermark.algebra}, now {ALGEBRA}"
    return ""


def plan_table(
    timeframe: Timeframe,
    request: RefreshRequest,
    *,
    state: TableState,
    changes: SourceChanges,
    files: Sequence[FileSpan],
) -> TablePlan:
    """Decide what is to be recomputed.

    Args:
        timeframe: The table's timeframe.
        request: What the run was asked for.
        state: The table as it is.
        changes: What happened to the source since its watermark.
        files: The source's live files at the pinned head.
    """
    mark = state.watermark
    until = _closed_until(timeframe, mark, request)
    fence = _fence(timeframe, request, state=state, changes=changes, files=files)
    unfrozen = Intervals.of([(BEGINNING if fence is None else timeframe.ceil(fence), END)])
    within_reach = unfrozen & CALENDAR & Intervals.of([(BEGINNING, END if request.include_open else until)])
    lost = mark is None and state.ours
    rebuild = "the watermark is lost" if lost else changes.rebuild or ("requested" if request.rebuild else "")
    dirty, reasons = _dirty(timeframe, request, state=state, changes=changes, held=occupied(files), until=until)
    intervals = dirty.aligned(timeframe) & within_reach
    return TablePlan(
        timeframe=timeframe,
        intervals=intervals.coarsened(MOST_RANGES),
        reason=" and ".join(reasons),
        rebuild=rebuild,
        closed_until=until,
        fence=fence,
        frozen=0 if fence is None else changes.rows_before(timeframe.ceil(fence)),
        emptied=_emptied(changes, files) & intervals,
        # A fence that only the clock moves is not worth a commit: the next run finds it by the clock again.
        moved=mark is None or bool(changes.rebuild or changes.changes),
    )


def _closed_until(timeframe: Timeframe, mark: Watermark | None, request: RefreshRequest) -> int:
    """The end of the last closed window. Never moves back, whatever the clock does."""
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
    """The times to be recomputed, and why, before frozen and open windows are taken out."""
    mark = state.watermark
    somewhere = held | state.candles
    if mark is None:
        # Candles that we never made are foreign: what has no trades is not ours to drop.
        return (somewhere, ["the watermark is lost"]) if state.ours else (held, [changes.rebuild])
    if changes.rebuild or request.rebuild:
        return somewhere | changes.dirty, [changes.rebuild or "rebuild requested"]
    # A range that has just closed is only worth a look where trades, or candles published while open, can be.
    closed = Intervals.of([(mark.closed_until, END if request.include_open else until)]) & somewhere
    asked = request.asked.aligned(timeframe) & somewhere.aligned(timeframe)
    reasons = {
        f"trades changed by {', '.join(changes.kinds)}": bool(changes.changes),
        "windows closed": bool(closed),
        "range requested": bool(asked),
    }
    return changes.dirty | closed | asked, [reason for reason, holds in reasons.items() if holds]


def _fence(
    timeframe: Timeframe,
    request: RefreshRequest,
    *,
    state: TableState,
    changes: SourceChanges,
    files: Sequence[FileSpan],
) -> int | None:
    """The instant before which candles are left as they are: it only ever moves on.

    It moves where trades have gone at the beginning of the source although their candles are to stay: by a retention
    that is known, where gone trades are kept as candles, and where older foreign candles are adopted. A window
    that contains it has lost a part of its trades, so it stays too.
    """
    candidates = [] if state.fence is None else [state.fence]
    if request.trades_retention is not None and state.watermark is not None:
        candidates.append(request.now - request.trades_retention)
    # Without any trade left, what was lost last is where the source would begin again.
    nowhere = max((file.interval.end for file in changes.lost), default=END)
    first = min((file.interval.start for file in files), default=nowhere)
    # What was lost before it may end earlier: its last window is then still whole in the trades that are left.
    before = max((f.interval.end for f in changes.lost if f.interval.start < first), default=first)
    older = bool(state.candles) and state.candles.span.start < timeframe.floor(first)
    if state.watermark is None and not state.ours:
        lost = older
    else:
        lost = request.removed is RemovedTrades.KEEP and (
            (older and bool(changes.rebuild)) or any(file.interval.start < first for file in changes.lost)
        )
    if lost and first < END:
        candidates.append(first if changes.rebuild else min(first, before))
    return max(candidates, default=None)


def _emptied(changes: SourceChanges, files: Sequence[FileSpan]) -> Intervals:
    """Minutes of which metadata proves that all their trades are gone.

    The first and the last trade of a removed file were there; a minute that no live file reaches has none.
    """
    ends = Intervals.of(
        Interval(instant, instant + 1)
        for file in changes.lost
        for instant in (file.interval.start, file.interval.end - 1)
    )
    return ends.aligned(M1) - occupied(files).aligned(M1)
