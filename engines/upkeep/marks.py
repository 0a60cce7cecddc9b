"""Snapshot summaries of commits that compute no candles: those of `prune` and `compact`."""

from dataclasses import replace

from engines.domain.watermark import KEY_ENGINE, KEY_FENCE, KEY_RUN
from engines.iceberg.state import TargetState


def carried_summary(state: TargetState, *, fence: int | None, engine: str, run_id: str, version: str) -> dict[str, str]:
    """The summary with the table's watermark and a new fence, if the head is our own last commit.

    If somebody else has committed since, the summary has no watermark: the candles at that head are not known to match
    the trades of any snapshot. The fence is recorded in any case.
    """
    ours = state.marked is not None and state.head is not None and state.marked.snapshot_id == state.head.snapshot_id
    if ours and state.watermark is not None:
        mark = replace(state.watermark, fence=fence)
        return mark.summary(engine=engine, run_id=run_id, version=version)
    return {KEY_FENCE: "" if fence is None else str(fence), KEY_ENGINE: engine, KEY_RUN: run_id}
