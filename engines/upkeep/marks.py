"""The summary of a commit that changes no candle of its own making: pruned or compacted."""

from dataclasses import replace

from engines.domain.watermark import KEY_ENGINE, KEY_FENCE, KEY_RUN
from engines.iceberg.state import TargetState


def carried_summary(state: TargetState, *, fence: int | None, engine: str, run_id: str, version: str) -> dict[str, str]:
    """The watermark once more, with a new fence, where the head is what our last run left.

    A head that somebody else has written since does not carry our watermark, and must not get it by the back door:
    what stands there is then not known to equal any trades. The fence is recorded all the same.
    """
    ours = state.marked is not None and state.head is not None and state.marked.snapshot_id == state.head.snapshot_id
    if ours and state.watermark is not None:
        mark = replace(state.watermark, fence=fence)
        return mark.summary(engine=engine, run_id=run_id, version=version)
    return {KEY_FENCE: "" if fence is None else str(fence), KEY_ENGINE: engine, KEY_RUN: run_id}
