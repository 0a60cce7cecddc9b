"""Portions: parts of a table that fit into memory and, read one after another, give the table in its sort order."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from engines.domain.changes import FileSpan
from engines.domain.interval import Interval
from engines.domain.window import Windows

_SCALE = 2**64
"""Fixed-point scale of rows per microsecond: 2**64, the number of microseconds that int64 instants can span."""


@dataclass(frozen=True, slots=True)
class Portion:
    """Series that are read together.

    Attributes:
        series: Exchange and symbol of each series, in the table's order.
        rows: Number of their rows; more than fit into memory only if it is a single series.
    """

    series: tuple[tuple[str | None, str | None], ...]
    rows: int


def series_portions(
    counted: Iterable[tuple[tuple[str | None, str | None], int]], most_rows: int
) -> tuple[Portion, ...]:
    """Group consecutive series into portions of as many as fit into memory.

    Args:
        counted: The series in the table's order, each with its number of rows.
        most_rows: Number of rows that fit into memory.
    """
    groups: list[list[tuple[str | None, str | None]]] = []
    rows: list[int] = []
    for series, count in counted:
        if groups and rows[-1] + count <= most_rows:
            groups[-1].append(series)
            rows[-1] += count
        else:
            groups.append([series])
            rows.append(count)
    return tuple(Portion(tuple(group), held) for group, held in zip(groups, rows, strict=True))


def time_portions(files: Sequence[FileSpan], asked: Interval, most_rows: int) -> tuple[Interval, ...]:
    """Cut a time span into parts whose rows approximately fit into memory: oldest first, without gaps or overlaps.

    Args:
        files: The data files; the rows of each are assumed to be spread evenly over its times.
        asked: The time span; its parts before the first file and after the last one are left out.
        most_rows: Number of rows that fit into memory.
    """
    density, changes = 0, defaultdict[int, int](int)
    for file in files:
        start, end = max(file.interval.start, asked.start), min(file.interval.end, asked.end)
        if start < end:
            each = file.rows * _SCALE // (file.interval.end - file.interval.start)
            changes[start] += each
            changes[end] -= each
    instants = sorted(changes)
    cuts, rows, most = instants[:1], 0, most_rows * _SCALE
    for here, there in pairwise(instants):
        density += changes[here]
        weight = density * (there - here)
        if rows and rows + weight > most:
            cuts.append(here)
            rows = 0
        pieces = min(there - here, max(1, -(-weight // most)))
        cuts += [here + (there - here) * piece // pieces for piece in range(1, pieces)]
        rows = rows + weight if pieces == 1 else weight // pieces
    return tuple(Interval(start, end) for start, end in pairwise([*cuts, *instants[-1:]]))


def window_portions(
    windows: Windows, span: Interval, files: Sequence[FileSpan], most_rows: int
) -> tuple[Interval, ...]:
    """Cut a span into parts of whole windows, each with about as many rows as fit into memory, or a single window.

    Args:
        windows: The windows.
        span: From the start of a window to the end of one.
        files: The data files that they are made from.
        most_rows: Number of rows that fit into memory.
    """
    cuts = {windows.floor(time.start) for time in time_portions(files, span, most_rows)}
    edges = sorted({span.start, *(cut for cut in cuts if span.start < cut < span.end), span.end})
    return tuple(Interval(start, end) for start, end in pairwise(edges))
