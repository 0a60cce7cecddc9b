"""Sets of instants as merged half-open ranges, used for changed times and times to be rebuilt."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from engines.domain.timeframe import Timeframe, isoformat


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """The instants t with start <= t < end."""

    start: int
    end: int

    def __str__(self) -> str:
        return f"[{isoformat(self.start)}, {isoformat(self.end)})"


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
        return any(r.start <= instant < r.end for r in self.ranges)

    def __or__(self, other: "Intervals") -> "Intervals":
        return Intervals.of((*self.ranges, *other.ranges))

    def __and__(self, other: "Intervals") -> "Intervals":
        """The instants in both sets, found in one pass over the two sorted lists."""
        common: list[Interval] = []
        i = j = 0
        while i < len(self.ranges) and j < len(other.ranges):
            a, b = self.ranges[i], other.ranges[j]
            common.append(Interval(max(a.start, b.start), min(a.end, b.end)))
            if a.end <= b.end:
                i += 1
            else:
                j += 1
        return Intervals.of(common)

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
        return any(max(r.start, start) < min(r.end, end) for r in self.ranges)

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
