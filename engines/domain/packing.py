"""How the trades of one commit are put into files: few files, yet each over a short time.

A changed file makes all of its time dirty: with one file for trades of 00:00 and 08:00, a run would recompute eight
hours instead of two minutes. A file an hour, on the other hand, makes 26,000 files of a thin market's three years.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

MOST_CUT = 64
"""Number of files up to which a commit is cut at gaps. A plan has no more ranges than that: more would not help it."""

MOST_ROWS = 250_000
"""Number of rows beyond which a file is cut at the next hour: who reads one minute reads the file around it."""


def file_starts(partitions: Sequence[Mapping[int, int]]) -> list[list[int]]:
    """The hours at which new files begin in each partition, the first one included, oldest first.

    Args:
        partitions: Number of rows in each hour that has any (hours since the epoch), for each partition.
    """
    spare = max(0, MOST_CUT - len(partitions))
    gaps = sorted(
        ((before - hour, index, hour) for index, rows in enumerate(partitions) for before, hour in _gaps(rows)),
    )
    chosen = {(index, hour) for _, index, hour in gaps[:spare]}
    return [
        with_full_files(rows, {hour for which, hour in chosen if which == index})
        for index, rows in enumerate(partitions)
    ]


def _gaps(rows: Mapping[int, int]) -> list[tuple[int, int]]:
    """The hours around each gap, that is around at least one hour without rows."""
    return [(before, hour) for before, hour in pairwise(sorted(rows)) if hour - before > 1]


def with_full_files(rows: Mapping[int, int], cuts: set[int], most: int = MOST_ROWS) -> list[int]:
    """The hours at which files begin, cut where told to, and also before a file would hold too many rows."""
    starts: list[int] = []
    held = 0
    for hour in sorted(rows):
        if not starts or hour in cuts or held + rows[hour] > most:
            starts.append(hour)
            held = 0
        held += rows[hour]
    return starts
