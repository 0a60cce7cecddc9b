"""The views of `prune` and `compact`."""

from collections.abc import Iterator

from engines.domain.upkeep import UpkeepStatus
from k2cli.language.words import count, minute, moment, size
from k2cli.rendering.blocks import Block, Sentence, table
from k2cli.rendering.views.names import narrow
from k2cli.rendering.views.view import view
from k2cli.reports import (
    CompactReport,
    PruneReport,
)


@view.register
def _(report: PruneReport) -> Iterator[Block]:
    """Show what was removed, or what would be."""
    rows = [
        (
            t.table,
            t.status.value,
            moment(t.cutoff),
            count(t.partitions),
            f"{count(t.rows)} of {count(t.held)}" if t.held else "",
            moment(t.first),
            count(t.files),
            size(t.bytes),
            count(t.snapshots_expired),
            count(t.files_deleted),
            size(t.bytes_freed),
            count(t.orphans_deleted),
        )
        for t in report.tables
    ]
    numbers = ("partitions", "candles", "from", "files", "size", "snapshots", "files deleted", "freed", "orphans")
    done_only = ("files deleted", "freed")
    shape = narrow(
        report.tables,
        times={"older than": lambda t: t.cutoff, "from": lambda t: t.first},
        expendable=("files", "partitions", "from", "snapshots", "files deleted", "orphans", "size"),
    )
    spare = ("candles", "from", "snapshots", "orphans", *done_only)
    yield table("table", "status", "older than", *numbers, rows=rows, right=numbers, spare=spare, narrow=shape)
    yield from _outcome(report)


def _outcome(report: PruneReport) -> Iterator[Sentence]:
    """What a prune needs, or has come to."""
    for t in report.tables:
        if t.versions:
            yield Sentence(f"{t.table}: {t.versions} former versions of its metadata are enough, those beyond go")
        if t.spared:
            yield Sentence(
                f"{t.table}: {count(t.spared)} of {count(t.held)} candles stay although they are older than"
                f" {minute(t.cutoff)}, for {t.excess} would go with them; --force drops them,"
                f" [retention] {t.timeframe} = 'none' keeps them for ever"
            )
        elif t.excess and not t.failure:
            yield Sentence(f"{t.table}: {t.excess} goes only with --force, or the number of candles typed", "warning")
    if report.dry_run and report.pending:
        yield Sentence("this is the plan: nothing was done", "good")
    elif all(t.status is UpkeepStatus.NOTHING for t in report.tables):
        yield Sentence("there is nothing to do", "good")
    done = [t for t in report.tables if t.status is UpkeepStatus.DONE]
    if done:
        freed = sum(t.bytes_freed + t.orphan_bytes for t in done)
        yield Sentence(f"{size(freed)} freed", "good")
        if any(t.rows for t in done) and not freed:
            yield Sentence("the candles' files go when the snapshots that hold them expire")


@view.register
def _(report: CompactReport) -> Iterator[Block]:
    """Show what was merged."""
    rows = [
        (
            t.table,
            t.status.value,
            count(t.partitions),
            count(t.rows),
            count(t.files_before),
            count(t.files_after),
            size(t.bytes_before),
            size(t.bytes_after),
        )
        for t in report.tables
    ]
    numbers = ("partitions", "candles", "files before", "files after", "size before", "size after")
    shape = narrow(report.tables, expendable=("partitions", "candles"))
    yield table("table", "status", *numbers, rows=rows, right=numbers, narrow=shape)
