"""Batches: parts of a plan that fit into memory, cut along the partitions of the table to be written."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from engines.domain.changes import FileSpan
from engines.domain.interval import Interval, Intervals
from engines.domain.tables import partition_units
from engines.domain.timeframe import FINEST, Timeframe


@dataclass(frozen=True, slots=True)
class Batch:
    """A part of a plan that is computed and written together.

    Attributes:
        span: The time of the whole units (days or months of the table's partitioning) that it covers.
        intervals: The times to be recomputed in the batch.
        slices: The same times, cut at whole minutes so that each slice fits into memory.
    """

    span: Interval
    intervals: Intervals
    slices: tuple[Intervals, ...]


def batches(units: Sequence[Interval], intervals: Intervals, files: Sequence[FileSpan], most_rows: int) -> list[Batch]:
    """Cut intervals into batches of whole units with at most about ``most_rows`` rows; a larger unit is sliced.

    Args:
        units: The times of the partitions: sorted, without overlap, together covering the intervals.
        intervals: The times to be recomputed.
        files: The data files to be read; the rows of each are assumed to be spread evenly over its times.
        most_rows: Number of rows that fit into memory.
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
    """Cut intervals into pieces of about the same length, at whole minutes."""
    if pieces <= 1 or not intervals:
        return (intervals,)
    span = intervals.span
    step = FINEST.ceil(max(1, (span.end - span.start) // pieces))
    cuts = [*range(FINEST.floor(span.start), span.end, step), span.end]
    parts = (intervals & Intervals.of([(a, b)]) for a, b in pairwise(cuts))
    return tuple(part for part in parts if part)


def _rows_by_unit(units: Sequence[Interval], intervals: Intervals, files: Sequence[FileSpan]) -> list[float]:
    """The expected number of rows that lie in the intervals, for each unit."""
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
    """The times of the partitions that a plan touches, and the starts of those that must be written in any case.

    A data file that spans several units (of another writer, or of an older partitioning) can only be replaced together
    with all of them; its rows outside the intervals are carried over.
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
