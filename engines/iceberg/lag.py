"""The lag of a candle table: how long its oldest window has been waiting that could have been published."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from pyiceberg.manifest import DataFile, DataFileContent, ManifestEntry
from pyiceberg.table import Table
from pyiceberg.table.snapshots import Operation, Snapshot

from engines.domain.changes import FileSpan, occupied
from engines.domain.decimals import SCALE
from engines.domain.interval import BEGINNING, CALENDAR, Intervals
from engines.domain.mapping import SourceMapping
from engines.domain.reading import Reading
from engines.domain.timeframe import Timeframe
from engines.domain.watermark import Watermark
from engines.iceberg.files import live_entries, manifests, spans
from engines.iceberg.source import read_as_trades, timed
from engines.iceberg.state import TargetState, ancestry


@dataclass(frozen=True)
class Trades:
    """The source at its head, as its manifests describe it; read once and used for all candle tables.

    Attributes:
        table: The source.
        head: Its current snapshot.
        entries: The manifest entries of its data files, with the snapshots that added them.
        spans: These files with the times of their trades.
        reading: How trades are read from it.
    """

    table: Table
    head: Snapshot | None
    entries: tuple[ManifestEntry, ...]
    spans: tuple[FileSpan, ...]
    reading: Reading

    @classmethod
    def of(cls, table: Table, mapping: SourceMapping) -> "Trades":
        """Read the manifests of the source's head; of the trades only times matter here, whatever the scale."""
        head = table.current_snapshot()
        entries = tuple(
            entry
            for manifest in manifests(table, head)
            for entry in live_entries(table, manifest)
            if entry.data_file.content == DataFileContent.DATA
        )
        reading, files = read_as_trades(table, mapping, SCALE, [entry.data_file for entry in entries])
        return cls(table, head, entries, tuple(files), reading)

    @cached_property
    def times(self) -> Intervals:
        """The times in which it has trades."""
        return occupied(self.spans)

    def times_of(self, entry: ManifestEntry) -> Intervals:
        """The times of the trades in a data file."""
        raw = spans(self.table, [entry.data_file], self.reading.time.column)
        return occupied(timed(raw, self.reading.unit))

    @property
    def files(self) -> list[DataFile]:
        """The data files of the source."""
        return [entry.data_file for entry in self.entries]


def lag(timeframe: Timeframe, state: TargetState, trades: Trades, *, now: int) -> int:
    """Microseconds that a candle table is behind; 0 if no window is waiting that could have been published.

    A source without new trades causes no lag, nor do trades in a window that has not ended, or before the fence.
    """
    mark = state.watermark
    since = state.fence if mark is None else max(mark.closed_until, state.fence or BEGINNING)
    waiting = Intervals.of([(BEGINNING if since is None else since, timeframe.floor(now))]) & trades.times & CALENDAR
    begins = [timeframe.next(waiting.span.start)] if waiting else []
    if mark is not None:
        begins += _changed_since(mark, state.fence, trades)
    return max((now - begin for begin in begins), default=0)


def at_head(mark: Watermark | None, trades: Trades | None) -> bool:
    """Whether the watermark of a candle table is at the head of the source, apart from compactions."""
    if mark is None:
        return False
    if trades is None or trades.head is None:
        return mark.source_snapshot_id is None
    for snapshot in ancestry(trades.table, trades.head):
        if snapshot.snapshot_id == mark.source_snapshot_id:
            return True
        if _operation(snapshot) is not Operation.REPLACE:
            return False
    return False


def _changed_since(mark: Watermark, fence: int | None, trades: Trades) -> Iterable[int]:
    """Yield the commit times (microseconds) of source snapshots since the watermark that changed published windows."""
    if at_head(mark, trades):
        return
    published = Intervals.of([(BEGINNING if fence is None else fence, mark.closed_until)])
    new = [e for e in trades.entries if (e.sequence_number or 0) > mark.source_sequence_number]
    kept = {e.snapshot_id for e in new}
    reaching = {e.snapshot_id for e in new if trades.times_of(e) & published}
    for snapshot in ancestry(trades.table, trades.head):
        if snapshot.snapshot_id == mark.source_snapshot_id:
            return
        known = snapshot.snapshot_id in kept and _operation(snapshot) is Operation.APPEND
        if snapshot.snapshot_id in reaching if known else _changes_trades(snapshot):
            yield snapshot.timestamp_ms * 1000


def _operation(snapshot: Snapshot) -> Operation:
    return Operation.OVERWRITE if snapshot.summary is None else snapshot.summary.operation


def _changes_trades(snapshot: Snapshot) -> bool:
    """Whether a snapshot may have changed trades.

    Which windows they are in is not known without the snapshot's own manifests, or where its files were compacted.
    """
    if snapshot.summary is not None and _operation(snapshot) is Operation.APPEND:
        return snapshot.summary.additional_properties.get("added-records", "0") != "0"
    return _operation(snapshot) is not Operation.REPLACE
