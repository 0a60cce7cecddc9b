"""Adds trades to the source in one commit, if the table allows them when it is committed, whoever imports meanwhile."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pyarrow as pa
from pyiceberg.table import Table
from pyiceberg.table.snapshots import Snapshot

from engines.base import Engine, Silence
from engines.domain.imports import ImportRecord
from engines.domain.results import Appended
from engines.errors import K2Error
from engines.faults import Point, passing
from engines.iceberg.append import commit_trades, written_trades
from engines.iceberg.catalog import Tables
from engines.iceberg.datafiles import DataFileWriter
from engines.iceberg.imports import refuse_imported, refuse_mixture
from engines.iceberg.landing import surely_failed
from engines.retrying import with_retries


def append(
    engine: Engine,
    trades: Iterable[pa.Table],
    *,
    run_id: str,
    record: Callable[[], ImportRecord] | None = None,
    mix: bool = False,
    again: bool = False,
) -> Appended:
    """Append trades to the source in one snapshot, or nothing at all.

    Two appends do not conflict for Iceberg, but the checks of an import hold only for the table that was looked at: if
    it has another head when the import is committed, it is looked at again.

    Args:
        engine: Opens the tables.
        trades: The trades. If the iterable raises, nothing is appended.
        run_id: Id of the import.
        record: Gives what later imports are to know of this one, which is what it is held against the table by; asked
            for when all trades have been read. None: nothing is checked.
        mix: Whether several kinds of trades in one time of a series are wanted.
        again: Whether files are wanted that the table has already.

    Raises:
        Refused: The table has the trades already, in another form or in another unit.
        Conflict: Others kept changing the table.
    """
    writer = written_trades(engine.tables, trades)
    head = writer.table.current_snapshot()
    if writer.written:
        one = _Import(engine.tables, writer, run_id, record() if record else None, mix=mix, again=again)
        head = one.committed(engine.config.attempts)
    return Appended(
        table=engine.tables.names.source,
        rows=sum(file.record_count for file in writer.written),
        snapshot_id=None if head is None else head.snapshot_id,
        data_files=len(writer.written),
        bytes_written=writer.bytes_written,
    )


@dataclass
class _Import:
    """An import whose files are written.

    Attributes:
        tables: The tables of the catalog.
        writer: Holds the files.
        run_id: Id of the import.
        record: What it brings, if that is to be checked.
        mix: Whether several kinds of trades in one time of a series are wanted.
        again: Whether files are wanted that the table has already.
        vain: Whether it is certain of all commits so far that the table does not have the files.
    """

    tables: Tables
    writer: DataFileWriter
    run_id: str
    record: ImportRecord | None
    mix: bool
    again: bool
    vain: bool = True

    def committed(self, attempts: int) -> Snapshot:
        """The snapshot of the import. Where it fails, the files are discarded if no commit can have them."""
        try:
            return with_retries(attempts, Silence(), self._attempt)
        except BaseException:
            if self.vain:
                self.writer.discard()
            raise

    def _attempt(self) -> Snapshot:
        table = self.tables.source()
        if self.record is not None:
            self._check(table, self.record)
        passing(Point.IMPORTING)
        vain, self.vain = self.vain, False
        try:
            return commit_trades(self.tables, table, self.writer.written, self.run_id, self.record)
        except K2Error as error:
            self.vain = vain and surely_failed(error)
            raise

    def _check(self, table: Table, record: ImportRecord) -> None:
        if not self.again:
            refuse_imported(table, record)
        refuse_mixture(table, record, mix=self.mix)
