"""`k2 ohlcv export`: candles written to files."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path, PurePath
from typing import BinaryIO

from engines.base import Observer, Silence
from engines.errors import Failure
from engines.lake import Lake
from k2cli.export import STDOUT, ExportRequest, Format, Plan, Target, WrittenFile, gathered, pairs, planned, write
from k2cli.jobs.absence import absence
from k2cli.jobs.ahead import ahead
from k2cli.jobs.candles import AnyQuery, CandlesRead, length_of, read_candles
from k2cli.language.times import calendar_time
from k2cli.reports import ExportedFile, ExportReport

__all__ = ["STDOUT", "ExportRequest", "Format", "export", "pairs"]


def export(
    lake: Lake,
    query: AnyQuery,
    request: ExportRequest,
    *,
    now: int,
    stream: BinaryIO | None = None,
    observer: Observer | None = None,
) -> ExportReport:
    """Write the candles of a query; nothing is at its place before all is whole.

    Args:
        lake: The lake to read from.
        query: Which candles to write. In one file they are sorted by time, for so each file of the table is read once.
        request: Where and how.
        now: The time of the run, microseconds.
        stream: Standard output, if it is the place.
        observer: Is told the progress.

    Raises:
        UsageError: Place, format and target do not fit together, or there are no candles of that exchange or symbol.
        Refused: There is such a file, and `request.force` is not set.
        TableMissing: The table does not exist.
        Unavailable: No space is left, or the device fails.
        BrokenPipeError: The reader of the stream wants no more.
    """
    plan = planned(request, length_of(query), stream)
    query = replace(query, by_time=plan.output.names is None)
    found = read_candles(lake, query)
    candles, observer = found.candles, observer or Silence()
    nothing = None if request.allow_empty or not candles.none else absence(lake, query, now=now)
    table = found.table or f"{found.timeframe} candles"
    observer.started(table, 0)
    with closing(ahead(gathered(candles.batches, candles.schema))) as tables:
        files = write(tables, candles.schema, plan.output, plan.place, lambda rows: observer.advanced(table, rows))
    observer.finished(table)
    return _report(files, plan, request, found, length=length_of(query), warning=nothing)


def _report(
    files: tuple[WrittenFile, ...],
    plan: Plan,
    request: ExportRequest,
    found: CandlesRead,
    *,
    length: str,
    warning: Failure | None,
) -> ExportReport:
    tallies = [file.tally for file in files]
    firsts = [tally.first for tally in tallies if tally.first is not None]
    lasts = [tally.last for tally in tallies if tally.last is not None]
    return ExportReport(
        table=found.table,
        timeframe=found.timeframe,
        merged_from=found.merged_from,
        snapshot_id=found.snapshot_id,
        path=str(request.path),
        format=plan.output.format,
        target=request.target,
        candles=sum(tally.rows for tally in tallies),
        series=len(set().union(*(tally.series for tally in tallies))),
        bytes=sum(file.bytes for file in files),
        first=calendar_time(min(firsts, default=None)),
        last=calendar_time(max(lasts, default=None)),
        files=tuple(_file(file, request.path) for file in files),
        usage=_usage(files, plan.target, request, length),
        notes=found.notes,
        warning=warning,
    )


def _file(file: WrittenFile, path: Path) -> ExportedFile:
    return ExportedFile(
        path=str(path / file.name),
        exchange=None if file.series is None else file.series.exchange,
        symbol=None if file.series is None else file.series.symbol,
        rows=file.tally.rows,
        bytes=file.bytes,
        first=calendar_time(file.tally.first),
        last=calendar_time(file.tally.last),
    )


def _usage(files: tuple[WrittenFile, ...], target: Target | None, request: ExportRequest, length: str) -> str:
    if target is None or not files or request.path == STDOUT:
        return ""
    name = files[0].name.parts[0] if target.folder else files[0].name
    return target.example(PurePath(request.path / name), length)
