"""The view of a run of `aggregate`: what was done, or with `--dry-run` what would be done."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import TypeVar

from engines.domain.results import Origin, SnapshotChange, Status
from k2cli.language.words import count, minute, moment, size
from k2cli.rendering.blocks import Block, Sentence, table
from k2cli.rendering.views.caveats import caveats, notes
from k2cli.rendering.views.fences import fences
from k2cli.rendering.views.names import narrow
from k2cli.rendering.views.view import view
from k2cli.reports import AggregatedTable, AggregateReport

K = TypeVar("K", bound=Hashable)

FEW = 3
"""Maximum number of intervals shown per table."""
SEVERAL = 10
"""Maximum number of source snapshots shown."""


@view.register
def _(report: AggregateReport) -> Iterator[Block]:
    """Show what a run did, or what it would do."""
    yield from (_planned(report) if report.dry_run else _done(report))


def _done(report: AggregateReport) -> Iterator[Block]:
    """Show what a run did; columns of numbers that are all 0 are left out."""
    numbers: dict[str, Callable[[AggregatedTable], int]] = {
        "windows": lambda t: t.windows,
        "written": lambda t: t.candles_written,
        "removed": lambda t: t.candles_removed,
        "trades read": lambda t: t.trades_read,
        "duplicates": lambda t: t.duplicates,
        "rejected": lambda t: sum(t.rejected.values()),
        "frozen": lambda t: t.frozen,
    }
    rows = [
        (t.table, _status(t), *(count(number(t)) for number in numbers.values()), f"{t.seconds:.2f}s", t.reason)
        for t in report.tables
    ]
    names = ("table", "status", *numbers, "time", "reason")
    shape = narrow(report.tables, once=("reason",), expendable=("time", "windows"))
    right = (*numbers, "time")
    yield table(*names, rows=rows, right=right, spare=(*numbers, "reason"), wraps=("reason",), narrow=shape)
    yield from _oddities(report.tables)
    yield from _source(report)


def _planned(report: AggregateReport) -> Iterator[Block]:
    """Show what a run would do."""
    rows = [
        (
            t.table,
            _status(t),
            {Origin.TRADES: "trades", Origin.CANDLES: "1m candles", Origin.NONE: ""}[t.origin],
            count(t.windows),
            # The files of the 1m candles are not known before the run has written them.
            count(t.data_files_read) if t.data_files_read else "",
            size(t.bytes_read) if t.data_files_read else "",
            count(t.candles_replaced),
        )
        for t in report.tables
    ]
    numbers = ("windows", "files to read", "size", "candles replaced")
    shape = narrow(report.tables, expendable=("windows",))
    names = ("table", "status", "made from", *numbers)
    yield table(*names, rows=rows, right=numbers, spare=("made from", *numbers), narrow=shape)
    waiting = [t for t in report.tables if t.status is Status.PLANNED]
    for reason, tables in _alike(waiting, lambda t: t.reason).items():
        yield Sentence(f"why {_names(tables)}: {reason or 'nothing to recompute, only the watermark moves'}")
    if any(t.intervals for t in waiting):
        yield Sentence("")
        spans = _alike(waiting, lambda t: t.intervals)
        yield table(
            "tables", "from", "to", rows=[row for found, ts in spans.items() for row in _rows(_names(ts), found)]
        )
    yield from _snapshots(max((t.changes for t in waiting), key=len, default=()))
    if waiting:
        yield Sentence("")
    yield from _oddities(report.tables)
    yield from _source(report)
    if waiting:
        yield Sentence("a dry run: nothing was done", "good")
    elif not report.failures:
        yield Sentence("a dry run: there is nothing to do", "good")


def _status(aggregated: AggregatedTable) -> str:
    """Status of a table after a run, in words."""
    return aggregated.status.value.replace("_", " ")


def _source(report: AggregateReport) -> Iterator[Sentence]:
    if report.source.snapshot_id is None:
        yield Sentence(f"source: {report.source.table}, which is empty", "warning")
    else:
        yield Sentence(f"source: {report.source.table} at snapshot {report.source.snapshot_id}")
    yield from caveats(report.source.caveats)


def _oddities(tables: Sequence[AggregatedTable]) -> Iterator[Sentence]:
    """Warn about trades that did not become candles: invalid ones, and changed ones before the fence."""
    rejected = next((t.rejected for t in tables if t.rejected), {})
    if rejected:
        reasons = ", ".join(f"{reason}: {count(number)}" for reason, number in rejected.items())
        yield Sentence(f"invalid trades were left out ({reasons})", "warning")
    yield from notes(next((t.noted for t in tables if t.noted), {}))
    removed = ", ".join(f"{t.timeframe}: {count(t.candles_removed)}" for t in tables if t.candles_removed)
    if removed:
        yield Sentence(f"candles that have no trades in the source any more were removed ({removed})", "warning")
    yield from (Sentence(f"{t.timeframe} was damaged: {t.mended}", "warning") for t in tables if t.mended)
    others = ", ".join(f"{t.timeframe}: {_by_others(t.others)}" for t in tables if t.others and not t.mended)
    if others:
        yield Sentence(f"others had changed candles, which are made again ({others})", "warning")
    frozen = [t for t in tables if t.frozen]
    if frozen:
        most = count(max(t.frozen for t in frozen))
        where = ", ".join(f"{t.timeframe} before {minute(t.frozen_until)}" for t in frozen)
        yield Sentence(f"up to {most} changed trades lie in frozen windows ({where}): they stay as they are", "warning")
    yield from fences((t.timeframe.name, t.frozen_until, t.trades_before) for t in tables)


def _by_others(changes: Sequence[SnapshotChange]) -> str:
    """What others did, the newest few."""
    said = [f"{change.kind} in snapshot {change.snapshot_id}" for change in changes[-FEW:]]
    more = f"{count(len(changes) - FEW)} more" if len(changes) > FEW else ""
    return ", ".join([*said, *([more] if more else [])])


def _alike(tables: Iterable[AggregatedTable], key: Callable[[AggregatedTable], K]) -> dict[K, list[AggregatedTable]]:
    """Tables grouped by a key."""
    groups: dict[K, list[AggregatedTable]] = {}
    for aggregated in tables:
        groups.setdefault(key(aggregated), []).append(aggregated)
    return groups


def _names(tables: Iterable[AggregatedTable]) -> str:
    return " ".join(t.timeframe.name for t in tables)


def _rows(names: str, intervals: Sequence[tuple[datetime, datetime]]) -> Iterator[tuple[str, str, str]]:
    """Yield rows for the first few intervals, and one row that counts the others."""
    for start, end in intervals[:FEW]:
        yield names, moment(start), moment(end)
    if len(intervals) > FEW:
        yield names, f"and {count(len(intervals) - FEW)} more", f"up to {moment(intervals[-1][1])}"


def _snapshots(changes: Sequence[SnapshotChange]) -> Iterator[Block]:
    if not changes:
        return
    rows = [
        (str(c.snapshot_id), c.kind, *map(count, (c.files_added, c.rows_added, c.files_removed, c.rows_removed)))
        for c in changes[-SEVERAL:]
    ]
    numbers = ("files added", "rows added", "files removed", "rows removed")
    yield Sentence("")
    yield table("source snapshot", "change", *numbers, rows=rows, right=numbers, spare=numbers[2:])
    if len(changes) > SEVERAL:
        yield Sentence(f"and {count(len(changes) - SEVERAL)} older ones")
