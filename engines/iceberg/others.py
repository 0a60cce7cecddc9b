"""What others did to a candle table since our newest snapshot of it, read from manifests alone."""

from collections.abc import Iterable
from itertools import takewhile

from pyiceberg.manifest import DataFile

from engines.domain.changes import Change, ChangeKind, FileSpan
from engines.domain.watermark import KEY_ENGINE
from engines.iceberg.changes import change_of
from engines.iceberg.files import spans
from engines.iceberg.state import TargetState, ancestry, summary


def changes_by_others(state: TargetState) -> tuple[Change, ...]:
    """The changes that snapshots of others made after the one with the watermark, oldest first; none by compactions.

    Without a watermark there are none to tell: everything is rebuilt then.
    """
    if state.marked is None:
        return ()
    ours = state.marked.snapshot_id
    since = list(takewhile(lambda snapshot: snapshot.snapshot_id != ours, ancestry(state.table, state.head)))

    def timed(files: Iterable[DataFile]) -> tuple[FileSpan, ...]:
        return tuple(spans(state.table, files, "window_start"))

    # Our own prune and compact leave no watermark on a head of somebody else.
    found = (change_of(state.table, s, timed) for s in reversed(since) if KEY_ENGINE not in summary(s))
    return tuple(change for change in found if change.kind is not ChangeKind.REPLACE)
