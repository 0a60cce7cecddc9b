"""Writes rows of data files of trades to new ones: by hours, as large as imports make them, no copies."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from pyiceberg.expressions import AlwaysTrue, And, BooleanExpression, GreaterThanOrEqual, LessThan, Reference
from pyiceberg.expressions.literals import literal
from pyiceberg.table import FileScanTask, Table

from engines.domain.merging import Group
from engines.domain.packing import with_full_files
from engines.domain.timeframe import HOUR
from engines.iceberg.changes import EVENT_TIME
from engines.iceberg.datafiles import DataFileWriter
from engines.iceberg.schema import columns_of
from engines.iceberg.trade_reading import WHERE, stored_rows
from engines.upkeep.copies import TOLD, may_have_copies, without_copies


class MergedRows:
    """Writes groups of files as new ones; about two new files are in memory at a time, and all of a busy hour.

    Args:
        table: The table.
        most: Number of rows beyond which a file is cut at the next hour.

    Attributes:
        writer: Holds the new files.
        copies: Number of rows dropped because they are equal to others.
    """

    def __init__(self, table: Table, most: int) -> None:
        self.writer = DataFileWriter(table)
        self.copies = 0
        self._table, self._most = table, most

    def add(self, group: Group, tasks: Sequence[FileScanTask]) -> None:
        """Write the rows of a group, whose files the tasks read."""
        pending = columns_of(self._table).empty_table()
        for wanted in self._slices(group, tasks):
            found = _rows(self._table, tasks, wanted=wanted)
            kept = without_copies(found)
            self.copies += found.num_rows - kept.num_rows
            pending = pa.concat_tables([pending, kept.take(pc.sort_indices(kept[EVENT_TIME]))])
            *full, pending = self._cut(pending)
            for rows in full:
                self._write(rows)
        self._write(pending)

    def _write(self, rows: pa.Table) -> None:
        """Write a file, series after series: it is a sixth smaller than in order of time, and read whole anyway."""
        self.writer.write(rows.take(pc.sort_indices(rows, sort_keys=[(name, "ascending") for name in WHERE])))

    def _slices(self, group: Group, tasks: Sequence[FileScanTask]) -> Iterator[BooleanExpression]:
        """The hours to be read at once: all of them, or as many as a file holds."""
        if group.rows <= self._most:
            yield AlwaysTrue()
            return
        counts: Counter[int] = Counter()
        for task in tasks:
            counts += _hours(_rows(self._table, [task], (EVENT_TIME,)))
        time = Reference(EVENT_TIME)
        for first, after in pairwise([*with_full_files(counts, set(), self._most), max(counts) + 1]):
            begin, end = literal(first * HOUR), literal(after * HOUR)
            yield And(GreaterThanOrEqual(term=time, value=begin), LessThan(term=time, value=end))

    def _cut(self, rows: pa.Table) -> list[pa.Table]:
        """Rows in order of time, cut into files; the last of them may have room for more."""
        starts = with_full_files(_hours(rows), set(), self._most)
        if len(starts) <= 1:
            return [rows]
        times = pl.Series(rows[EVENT_TIME])
        places = [int(times.search_sorted(hour * HOUR)) for hour in starts]
        return [rows.slice(begin, end - begin) for begin, end in pairwise([*places, rows.num_rows])]


def has_copies(table: Table, task: FileScanTask) -> bool:
    """Whether rows of one data file are equal in all columns; two columns are read unless some may be."""
    if not may_have_copies(_rows(table, [task], TOLD)):
        return False
    rows = _rows(table, [task])
    return bool(without_copies(rows).num_rows < rows.num_rows)


def _rows(
    table: Table,
    tasks: Sequence[FileScanTask],
    columns: Sequence[str] | None = None,
    wanted: BooleanExpression = AlwaysTrue(),  # noqa: B008 - it has no state
) -> pa.Table:
    """Rows of the files, as one table in the types of the table's schema."""
    schema = columns_of(table)
    schema = schema if columns is None else pa.schema([schema.field(name) for name in columns])
    parts = [
        pa.Table.from_batches([batch]).select(schema.names).cast(schema)
        for task in tasks
        for batch in stored_rows(table, task, columns, wanted)
    ]
    return pa.concat_tables([schema.empty_table(), *parts])


def _hours(rows: pa.Table) -> Counter[int]:
    """Number of rows in each hour."""
    counts = pl.Series(rows[EVENT_TIME]).to_frame("hour").group_by(pl.col("hour") // HOUR).len()
    return Counter(dict(counts.iter_rows()))
