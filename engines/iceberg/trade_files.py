"""Writes trades as data files: in each partition, files of short times, see `engines.domain.packing`."""

from collections.abc import Iterable, Iterator
from itertools import pairwise

import pyarrow as pa
import pyarrow.compute as pc
from pyiceberg.partitioning import PartitionKey

from engines.domain.packing import file_starts
from engines.domain.timeframe import HOUR
from engines.iceberg.changes import EVENT_TIME
from engines.iceberg.datafiles import DataFileWriter


class TradeFileWriter(DataFileWriter):
    """Writes trades, whose times need not be in order."""

    def _files(
        self, partitions: Iterable[tuple[PartitionKey | None, pa.Table]]
    ) -> Iterator[tuple[PartitionKey | None, pa.Table]]:
        parts = [(key, rows, pc.divide(rows[EVENT_TIME].combine_chunks(), HOUR)) for key, rows in partitions]
        starts = file_starts([_counts(hours) for _, _, hours in parts])
        for (key, rows, hours), begins in zip(parts, starts, strict=True):
            yield from ((key, piece) for piece in _cut(rows, hours, begins))


def _counts(hours: pa.Array) -> dict[int, int]:
    """Number of rows in each hour."""
    found = pc.value_counts(hours)
    return dict(zip(found.field("values").to_pylist(), found.field("counts").to_pylist(), strict=True))


def _cut(rows: pa.Table, hours: pa.Array, starts: list[int]) -> Iterator[pa.Table]:
    """The rows of each file; they keep their order."""
    if len(starts) <= 1:
        yield rows
        return
    encoded = pc.dictionary_encode(hours)
    files = pa.array([sum(start <= hour for start in starts) for hour in encoded.dictionary.to_pylist()])
    numbers = files.take(encoded.indices)
    order = pc.sort_indices(numbers)
    rows, numbers = rows.take(order), numbers.take(order)
    begins = [pc.index(numbers, number).as_py() for number in range(1, len(starts) + 1)]
    for begin, end in pairwise([*begins, rows.num_rows]):
        yield rows.slice(begin, end - begin)
