"""Which data files of trades are worth merging: those of a partition whose hours overlap, and small neighbours.

Files stay apart at the largest gaps, and before they grow too large, as an import keeps them (see `packing`): what is
removed later makes the times of whole files dirty.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from engines.domain.changes import FileSpan
from engines.domain.packing import MOST_CUT, MOST_ROWS
from engines.domain.timeframe import HOUR


@dataclass(frozen=True, slots=True)
class Group:
    """Data files of one partition that belong together, and the hours from the first to the last of their trades."""

    files: tuple[FileSpan, ...]
    first: int
    last: int

    @property
    def rows(self) -> int:
        """Number of rows in the files."""
        return sum(file.rows for file in self.files)

    def __add__(self, later: "Group") -> "Group":
        """The files of both."""
        return Group((*self.files, *later.files), self.first, max(self.last, later.last))


def groups(partitions: Sequence[Sequence[FileSpan]], *, elsewhere: int = 0, most: int = MOST_ROWS) -> list[Group]:
    """Divide the files of each partition into groups; a group of one file has nothing to be merged with.

    No two groups of a partition have trades in the same hour, so that copies of a trade are in one group.

    Args:
        partitions: The files of each partition.
        elsewhere: Number of further partitions of the table.
        most: Number of rows of a file.
    """
    clusters = [_clusters(files) for files in partitions if files]
    gaps = [
        (before.last - after.first, index, after.first)
        for index, found in enumerate(clusters)
        for before, after in pairwise(found)
        if after.first - before.last > 1
    ]
    spare = max(0, MOST_CUT - len(clusters) - elsewhere)
    cuts = {(index, hour) for _, index, hour in sorted(gaps)[:spare]}
    return [
        group
        for index, found in enumerate(clusters)
        for group in _joined(found, {hour for which, hour in cuts if which == index}, most)
    ]


def _clusters(files: Sequence[FileSpan]) -> list[Group]:
    """Files whose hours overlap, one by way of another, oldest first."""
    found: list[Group] = []
    for file in sorted(files, key=lambda file: (file.interval, file.path)):
        alone = Group((file,), file.interval.start // HOUR, (file.interval.end - 1) // HOUR)
        if found and alone.first <= found[-1].last:
            found[-1] += alone
        else:
            found.append(alone)
    return found


def _joined(clusters: Sequence[Group], cuts: set[int], most: int) -> list[Group]:
    """Neighbours joined as long as a file can hold them all, but not at a cut."""
    joined: list[Group] = []
    for cluster in clusters:
        if joined and cluster.first not in cuts and joined[-1].rows + cluster.rows <= most:
            joined[-1] += cluster
        else:
            joined.append(cluster)
    return joined
