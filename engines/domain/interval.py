"""Sets of instants as merged half-open ranges, used for changed times and times to be rebuilt."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import attrgetter

from engines.domain.timeframe import Timeframe, isoformat


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """The instants t with start <= t < end."""

    start: int
    end: int

    def __str__(self) -> str:
        return f"[{isoformat(self.start)}, {isoformat(self.end)})"


_START = attrgetter("start")


@dataclass(frozen=True, slots=True)
class Intervals:
    """A set of instants: sorted ranges that neither touch nor overlap."""

    ranges: tuple[Interval, ...] = ()

    @classmethod
    def of(cls, ranges: Iterable[Interval | tuple[int, int]]) -> "Intervals":
        """The union of ranges; empty and inverted ranges contain no instant."""
        merged: list[Interval] = []
        for start, end in sorted((r.start, r.end) if isinstance(r, Interval) else r for r in ranges):
            if start >= end:
                continue
            if merged and start <= merged[-1].end:
                merged[-1] = Interval(merged[-1].start, max(end, merged[-1].end))
            else:
                merged.append(Interval(start, end))
        return cls(tuple(merged))

    def __bool__(self) -> bool:
        return bool(self.ranges)

    def __iter__(self) -> Iterator[Interval]:
        return iter(self.ranges)

    def __len__(self) -> int:
        return len(self.ranges)

    def __contains__(self, instant: int) -> bool:
        return self.covers(instant, instant + 1)

    def __or__(self, other: "Intervals") -> "Intervals":
        return Intervals.of((*self.ranges, *other.ranges))

    def __and__(self, other: "Intervals") -> "Intervals":
        """The instants in both sets, found in one pass over the two sorted lists."""
        if not self.ranges or not other.ranges:
            return NOTHING
        common: list[Interval] = []
        i, j = self._last_from(other.ranges[0].start), other._last_from(self.ranges[0].start)
        while i < len(self.ranges) and j < len(other.ranges):
            a, b = self.ranges[i], other.ranges[j]
            start, end = max(a.start, b.start), min(a.end, b.end)
            if start < end:
                common.append(Interval(start, end))
            if a.end <= b.end:
                i += 1
            else:
                j += 1
        return Intervals(tuple(common))

    def _last_from(self, instant: int) -> int:
        """Index of the last range that starts at an instant or before, for those before it end before; else 0."""
        return max(0, bisect_right(self.ranges, instant, key=_START) - 1)

    def __sub__(self, other: "Intervals") -> "Intervals":
        if not other.ranges or not self.ranges:
            return self
        low, high = self.ranges[0].start, self.ranges[-1].end
        gaps, cursor = [], low
        for r in other.ranges:
            gaps.append((cursor, r.start))
            cursor = max(cursor, r.end)
        gaps.append((cursor, max(high, cursor)))
        return self & Intervals.of(gaps)

    @property
    def span(self) -> Interval:
        """The range from the first instant to the last. Raises IndexError if the set is empty."""
        return Interval(self.ranges[0].start, self.ranges[-1].end)

    @property
    def length(self) -> int:
        """Total length of the ranges in microseconds."""
        return sum(r.end - r.start for r in self.ranges)

    def aligned(self, timeframe: Timeframe) -> "Intervals":
        """The set extended outward to whole windows of the timeframe."""
        return Intervals.of((timeframe.floor(r.start), timeframe.ceil(r.end)) for r in self.ranges)

    def windows(self, timeframe: Timeframe) -> list[Interval]:
        """The windows of the timeframe that contain an instant of the set, oldest first."""
        duration = timeframe.duration
        return [Interval(s, s + duration) for r in self.aligned(timeframe) for s in range(r.start, r.end, duration)]

    def overlaps(self, start: int, end: int) -> bool:
        """Whether any instant of [start, end) belongs to the set."""
        before = bisect_left(self.ranges, end, key=_START)
        return start < end and before > 0 and self.ranges[before - 1].end > start

    def covers(self, start: int, end: int) -> bool:
        """Whether all instants of [start, end) belong to the set."""
        after = bisect_right(self.ranges, start, key=_START)
        return start >= end or (after > 0 and end <= self.ranges[after - 1].end)

    def coarsened(self, most: int) -> "Intervals":
        """A superset of at most ``most`` ranges, made by closing the smallest gaps, so that a filter stays small."""
        if len(self.ranges) <= most:
            return self
        gaps = sorted(range(1, len(self.ranges)), key=lambda i: self.ranges[i].start - self.ranges[i - 1].end)
        cuts = sorted(gaps[len(self.ranges) - most :])
        starts = [0, *cuts]
        ends = [*cuts, len(self.ranges)]
        return Intervals(
            tuple(Interval(self.ranges[s].start, self.ranges[e - 1].end) for s, e in zip(starts, ends, strict=True))
        )


NOTHING = Intervals()

BEGINNING = -(2**63)
END = 2**63
"""Instants before and after all instants that a table can contain."""

EVER = Interval(BEGINNING, END)

CALENDAR = Intervals((Interval(0, 7_258_118_400_000_000),))
"""The years 1970 to 2199. A source may contain invalid times beyond them; no candles are made of these trades."""
