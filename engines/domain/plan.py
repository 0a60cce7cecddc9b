"""What a run will do to a table: pure, made from metadata, the same for every engine."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from engines.domain.changes import FileSpan, SourceChanges, occupied
from engines.domain.interval import Interval, Intervals
from engines.domain.tables import partition_units
from engines.domain.timeframe import Timeframe
from engines.domain.watermark import ALGEBRA, Watermark

BEGINNING = -(2**63)
END = 2**63

MOST_RANGES = 64
"""A plan has at most this many ranges: closing the smallest gaps keeps filters small, and recomputing a window that
did not change gives the same candle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TablePlan:
    """What is to be rebuilt in one table.

    Attributes:
        timeframe: The table's timeframe.
        intervals: What is recomputed: whole closed windows behind the fence.
        reason: Why, in words.
        rebuild: Whether all of the table that is not frozen is made anew.
        closed_until: The table's new closed-until.
        fence: The table's fence.
        frozen: Changed trades before the fence, an upper bound.
        moved: Whether the source has moved on, so that the watermark must be committed even without a rebuild.
    """

    timeframe: Timeframe
    intervals: Intervals
    reason: str
    rebuild: bool
    closed_until: int
    fence: int | None
    frozen: int
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


def closed_until(timeframe: Timeframe, watermark: Watermark | None, *, now: int, grace: int) -> int:
    """The end of the last closed window. Never moves back, whatever the clock does."""
    by_clock = timeframe.floor(now - grace)
    return by_clock if watermark is None else max(by_clock, watermark.closed_until)


def plan_table(
    timeframe: Timeframe,
    *,
    watermark: Watermark | None,
    changes: SourceChanges,
    files: Sequence[FileSpan],
    candles: Intervals,
    now: int,
    grace: int,
) -> TablePlan:
    """Decide what is to be recomputed.

    Args:
        timeframe: The table's timeframe.
        watermark: Its state; None where it has none.
        changes: What happened to the source since.
        files: The source's live files at the pinned head.
        candles: The times where the table has candles now; on a rebuild those without trades have to go.
        now: The run's clock.
        grace: How long after its end a window counts as open.
    """
    until = closed_until(timeframe, watermark, now=now, grace=grace)
    fence = None if watermark is None else watermark.fence
    floor = BEGINNING if fence is None else timeframe.ceil(fence)
    held = occupied(files)
    if changes.rebuild or watermark is None:
        # Candles that stand in a table without our watermark are a stranger's: what has no trades is not ours to drop.
        dirty, reason = held if watermark is None else held | candles, changes.rebuild or "first build"
        rows_frozen = 0
    else:
        # A range that has just closed is only worth a look where trades (or candles of open windows) can be.
        closed = Intervals.of([(watermark.closed_until, until)]) & (held | candles)
        dirty, reason = changes.dirty | closed, _reason(changes, closed)
        rows_frozen = 0 if fence is None else changes.rows_before(fence)
    intervals = dirty.aligned(timeframe) & Intervals.of([(floor, until)])
    return TablePlan(
        timeframe=timeframe,
        intervals=intervals.coarsened(MOST_RANGES),
        reason=reason,
        rebuild=bool(changes.rebuild) or watermark is None,
        closed_until=until,
        fence=fence,
        frozen=rows_frozen,
        moved=watermark is None or bool(changes.rebuild) or bool(changes.changes),
    )


def _reason(changes: SourceChanges, closed: Intervals) -> str:
    parts = [f"trades changed by {', '.join(changes.kinds)}"] if changes.changes else []
    if closed:
        parts.append("windows closed")
    return " and ".join(parts)


@dataclass(frozen=True, slots=True)
class Batch:
    """A part of a plan that is computed and written together.

    Attributes:
        span: The whole units (days or months of the target's partition) it covers.
        intervals: What is recomputed in it.
        slices: The intervals again, cut at whole minutes so that one slice fits into memory.
    """

    span: Interval
    intervals: Intervals
    slices: tuple[Intervals, ...]


def batches(units: Sequence[Interval], intervals: Intervals, files: Sequence[FileSpan], most_rows: int) -> list[Batch]:
    """Cut intervals into batches of whole units with at most about ``most_rows`` rows; a larger unit is sliced.

    Args:
        units: The partitions' times: sorted, without overlap, together covering the intervals.
        intervals: What is recomputed.
        files: Where the rows are; spread evenly over each file's times.
        most_rows: Rows that fit into memory.
    """
    result: list[Batch] = []
    group: list[Interval] = []
    rows = 0.0
    weights = _rows_by_unit(units, intervals, files)
    for unit, weight in zip(units, weights, strict=True):
        if group and rows + weight > most_rows:
            result.append(_batch(group, intervals, rows, most_rows))
            group, rows = [], 0.0
        group.append(unit)
        rows += weight
    if group:
        result.append(_batch(group, intervals, rows, most_rows))
    return result


def _batch(units: list[Interval], intervals: Intervals, rows: float, most_rows: int) -> Batch:
    inside = intervals & Intervals.of(units)
    pieces = max(1, round(rows / most_rows + 0.49))
    return Batch(Interval(units[0].start, units[-1].end), inside, _slices(inside, pieces))


def _slices(intervals: Intervals, pieces: int) -> tuple[Intervals, ...]:
    """Cut into pieces of about the same length, at whole minutes."""
    if pieces <= 1 or not intervals:
        return (intervals,)
    minute = Timeframe.M1
    span = intervals.span
    step = minute.ceil(max(1, (span.end - span.start) // pieces))
    cuts = [*range(minute.floor(span.start), span.end, step), span.end]
    parts = (intervals & Intervals.of([(a, b)]) for a, b in pairwise(cuts))
    return tuple(part for part in parts if part)


def _rows_by_unit(units: Sequence[Interval], intervals: Intervals, files: Sequence[FileSpan]) -> list[float]:
    """Expected rows of the intervals in each unit."""
    starts = [unit.start for unit in units]
    rows = [0.0] * len(units)
    shares = [(intervals & Intervals.of([unit])).length / (unit.end - unit.start) for unit in units]
    for file in files:
        length = file.interval.end - file.interval.start
        index = max(0, bisect_right(starts, file.interval.start) - 1)
        while index < len(units) and units[index].start < file.interval.end:
            unit = units[index]
            common = min(unit.end, file.interval.end) - max(unit.start, file.interval.start)
            if common > 0:
                rows[index] += file.rows * shares[index] * common / length
            index += 1
    return rows


def units_to_rewrite(
    timeframe: Timeframe, intervals: Intervals, candles: Sequence[FileSpan]
) -> tuple[list[Interval], frozenset[int]]:
    """The partitions' times a plan touches, and the starts of those that must be written whatever the outcome.

    A data file that reaches over several units (another writer's, or of an older partitioning) can only be replaced
    with all of them: its other rows are carried over.
    """
    cover, forced = intervals, Intervals()
    while True:
        units = partition_units(timeframe, cover)
        touched = Intervals.of(units)
        wide = Intervals.of(
            file.interval
            for file in candles
            if touched.overlaps(file.interval.start, file.interval.end)
            and len(partition_units(timeframe, Intervals((file.interval,)))) > 1
        )
        if not wide or (wide - touched).length == 0:
            forced = wide
            break
        cover = cover | wide
    return units, frozenset(u.start for u in units if forced.overlaps(u.start, u.end))
