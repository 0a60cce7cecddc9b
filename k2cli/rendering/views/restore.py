"""The view of `restore`."""

from collections.abc import Iterator

from engines.domain.upkeep import UpkeepStatus
from k2cli.language.words import count, minute, moment
from k2cli.rendering.blocks import Block, Sentence, table
from k2cli.rendering.views.names import narrow
from k2cli.rendering.views.view import view
from k2cli.reports import RestoredTable, RestoreReport


@view.register
def _(report: RestoreReport) -> Iterator[Block]:
    """Show what is current now, or would be."""
    rows = [
        (
            t.table,
            t.status.value,
            moment(t.fence_before),
            moment(t.fence),
            moment(t.committed),
            "" if t.snapshot_id is None else str(t.snapshot_id),
            count(t.candles_written),
            count(t.candles_removed),
        )
        for t in report.tables
    ]
    numbers = ("written", "removed")
    shape = narrow(
        report.tables,
        times={
            "frozen before": lambda t: t.fence_before,
            "frozen now": lambda t: t.fence,
            "state of": lambda t: t.committed,
        },
        expendable=("removed", "snapshot"),
    )
    names = ("table", "status", "frozen before", "frozen now", "state of", "snapshot", *numbers)
    yield table(*names, rows=rows, right=numbers, spare=("state of", *numbers), narrow=shape)
    said: dict[Sentence, list[str]] = {}
    for t in report.tables:
        for sentence in _said(t, older=report.older):
            said.setdefault(sentence, []).append(t.timeframe.name)
    yield from (Sentence(f"{' '.join(names)}: {sentence.text}", sentence.tone) for sentence, names in said.items())
    if report.dry_run:
        yield Sentence("this is the plan: nothing was done", "good")


def _said(t: RestoredTable, *, older: bool) -> Iterator[Sentence]:
    if t.status is UpkeepStatus.FAILED:
        return
    if t.mended:
        yield Sentence(f"was damaged: {t.mended}", "warning")
    if older and t.status is UpkeepStatus.DONE:
        yield Sentence(f"--snapshot {t.snapshot_before} undoes this; k2 ohlcv aggregate brings it up to date")
    elif not older and t.trades_from is not None:
        kept = f"; candles before {minute(t.fence)} stay as they are" if t.fence is not None else ""
        yield Sentence(f"the trades begin at {moment(t.trades_from)}, nobody can make earlier candles{kept}")
