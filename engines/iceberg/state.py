"""The state of a target: its head, and the watermark its ancestry carries."""

from collections.abc import Iterator
from dataclasses import dataclass

from pyiceberg.table import Table
from pyiceberg.table.snapshots import Snapshot

from engines.domain.watermark import KEY_FENCE, KEY_RUN, KEY_SOURCE_UUID, Watermark


@dataclass(frozen=True, slots=True)
class TargetState:
    """A target as it was loaded.

    Attributes:
        table: The handle; its metadata is what was seen, and a commit through it asserts that nothing changed.
        head: Its current snapshot.
        watermark: The newest state its ancestry carries; None where there is none.
        marked: The snapshot that carries it: what our own run wrote, whatever others did since.
        fence: The instant before which the table is frozen.
        source_uuid: The source its candles were once made from, by us; None where we never wrote.
    """

    table: Table
    head: Snapshot | None
    watermark: Watermark | None
    marked: Snapshot | None
    fence: int | None
    source_uuid: str | None


def ancestry(table: Table, head: Snapshot | None) -> Iterator[Snapshot]:
    """The snapshots from the head back to the oldest one that is still kept."""
    while head is not None:
        yield head
        parent = head.parent_snapshot_id
        head = None if parent is None else table.metadata.snapshot_by_id(parent)


def summary(snapshot: Snapshot) -> dict[str, str]:
    """The summary of a snapshot as a plain mapping."""
    return {} if snapshot.summary is None else dict(snapshot.summary.additional_properties)


def target_state(table: Table) -> TargetState:
    """Read the state off a loaded table.

    The walk over the ancestry matters: maintenance by others (compaction, metadata-only deletes) commits snapshots
    without our keys.
    """
    head = table.current_snapshot()
    # A watermark can be lost with its snapshot; what was frozen must stay so all the same.
    recorded = table.properties.get(KEY_FENCE)
    fences = [int(recorded)] if recorded else []
    for snapshot in ancestry(table, head):
        watermark = Watermark.parse(summary(snapshot))
        if watermark is not None:
            if watermark.fence is not None:
                fences.append(watermark.fence)
            return TargetState(table, head, watermark, snapshot, max(fences, default=None), watermark.source_uuid)
    return TargetState(table, head, None, None, max(fences, default=None), table.properties.get(KEY_SOURCE_UUID))


def committed_by(table: Table, run_id: str) -> Snapshot | None:
    """The snapshot of a run in the ancestry of the table's head."""
    return next((s for s in ancestry(table, table.current_snapshot()) if summary(s).get(KEY_RUN) == run_id), None)
