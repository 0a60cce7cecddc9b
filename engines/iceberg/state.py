"""The state of a candle table: its head, and the watermark in its snapshots."""

from collections.abc import Iterator
from dataclasses import dataclass

from pyiceberg.table import Table
from pyiceberg.table.snapshots import Snapshot

from engines.domain.candle import CANDLES
from engines.domain.watermark import KEY_FENCE, KEY_RUN, KEY_SOURCE_UUID, Watermark


@dataclass(frozen=True, slots=True)
class TargetState:
    """A candle table as it was loaded.

    Attributes:
        table: The handle with the metadata as loaded; a commit through it asserts that nothing has changed since.
        head: The current snapshot.
        watermark: The newest watermark among the head and its ancestors; None if there is none.
        marked: The snapshot with that watermark: our own last commit, whatever others have committed since.
        fence: The instant before which the table is frozen, microseconds; None if there is none.
        source_uuid: UUID of the source from which we have made candles; None if we have never written to the table.
    """

    table: Table
    head: Snapshot | None
    watermark: Watermark | None
    marked: Snapshot | None
    fence: int | None
    source_uuid: str | None


def ancestry(table: Table, head: Snapshot | None) -> Iterator[Snapshot]:
    """Yield the snapshots from the head back to the oldest ancestor that is still kept."""
    while head is not None:
        yield head
        parent = head.parent_snapshot_id
        head = None if parent is None else table.metadata.snapshot_by_id(parent)


def history(table: Table) -> Iterator[Snapshot]:
    """Yield the ancestors of the head, then those before a gap that expiry has left, which no way leads to."""
    line = list(ancestry(table, table.current_snapshot()))
    yield from line
    if line:
        oldest = line[-1].sequence_number or 0
        yield from (one for one in reversed(table.metadata.snapshots) if (one.sequence_number or 0) < oldest)


def summary(snapshot: Snapshot) -> dict[str, str]:
    """The summary of a snapshot as a plain mapping."""
    return {} if snapshot.summary is None else dict(snapshot.summary.additional_properties)


def target_state(table: Table) -> TargetState:
    """Read the state of a loaded table.

    All ancestors of the head are searched, since maintenance by others (compaction, metadata-only deletes) commits
    snapshots without our keys.
    """
    head = table.current_snapshot()
    fence = fence_at(table, head)
    for snapshot in ancestry(table, head):
        watermark = Watermark.parse(summary(snapshot))
        if watermark is not None:
            return TargetState(table, head, watermark, snapshot, fence, watermark.source_uuid)
    return TargetState(table, head, None, None, fence, table.properties.get(KEY_SOURCE_UUID))


def fence_at(table: Table, head: Snapshot | None) -> int | None:
    """The fence at a snapshot: that of itself, or of the newest of its ancestors that records one.

    Whoever goes back to an older state has its candles, and late trades count there. The property counts only where all
    such snapshots were expired: what was pruned must stay so all the same.
    """
    recorded = next((found[KEY_FENCE] for s in ancestry(table, head) if KEY_FENCE in (found := summary(s))), None)
    if recorded is None:
        recorded = table.properties.get(KEY_FENCE, "")
    return int(recorded) if recorded else None


def remade_column(state: TargetState) -> str:
    """Name of a column of ours that is not the one that our candles were written to; empty if there is none.

    A column that was dropped and added again has nothing in the candles before.
    """
    metadata, marked = state.table.metadata, state.marked
    then = None if marked is None else next((s for s in metadata.schemas if s.schema_id == marked.schema_id), None)
    if then is None:
        return ""
    before = {field.name: field.field_id for field in then.fields}
    now = {field.name: field.field_id for field in state.table.schema().fields}
    return next((column.name for column in CANDLES if before.get(column.name) != now.get(column.name)), "")


def committed_by(table: Table, run_id: str) -> Snapshot | None:
    """The snapshot that a run has committed, among the head and its ancestors; None if there is none."""
    return next((s for s in ancestry(table, table.current_snapshot()) if summary(s).get(KEY_RUN) == run_id), None)
