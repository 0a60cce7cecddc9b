"""Lineage of a run: which tables were made from which, at which snapshots. `k2cli.telemetry.openlineage` sends it.

The run of the command is the parent; each candle table is a run and a job of its own below it, for OpenLineage knows
no run that belongs to several jobs.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Protocol
from urllib.parse import urlsplit

from engines.domain.facts import TableFacts
from engines.domain.results import Origin, Status
from engines.domain.timeframe import FINEST, Timeframe
from engines.errors import Failure
from k2cli.exit_codes import ExitCode
from k2cli.language.times import Clock
from k2cli.reports import AggregatedTable, AggregateReport, Report
from k2cli.telemetry.column_lineage import Columns, from_candles, from_trades

JOB = "k2.ohlcv.aggregate"


class Kind(StrEnum):
    """The kinds of event that we send."""

    START = "START"
    COMPLETE = "COMPLETE"
    FAIL = "FAIL"
    ABORT = "ABORT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """A table at a snapshot, named by its location as OpenLineage's naming rules require.

    Attributes:
        namespace: The storage: ``file``, ``s3://bucket``.
        name: The path there.
        table: Its name in the catalog.
        version: The snapshot; None where it is not known yet.
        rows: Rows written to it.
        bytes: Their size.
        columns: What its columns are made from, all of it columns of the one table that the run reads.
    """

    namespace: str
    name: str
    table: str
    version: int | None = None
    rows: int | None = None
    bytes: int | None = None
    columns: Columns = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened to a run.

    Attributes:
        kind: What.
        time: When, microseconds.
        run_id: The run.
        job: Its job.
        parent_id: The run of the command, for the run of a table.
        inputs: What it reads.
        outputs: What it writes.
        error: Why it failed.
    """

    kind: Kind
    time: int
    run_id: str
    job: str
    parent_id: str | None = None
    inputs: tuple[Dataset, ...] = ()
    outputs: tuple[Dataset, ...] = ()
    error: str = ""


class Post(Protocol):
    """Delivers events; never raises."""

    def send(self, event: Event) -> None:
        """Take an event."""

    def close(self) -> None:
        """Wait a little for events that are being delivered."""


class Lineage:
    """Events of one run of `aggregate`.

    Args:
        post: Where they go.
        clock: The machine's clock.
        run_id: Identity of the run.
        tables: The tables as they are before it.
        timeframes: The candle tables it brings up to date.
    """

    def __init__(
        self, post: Post, clock: Clock, *, run_id: str, tables: Sequence[TableFacts], timeframes: Sequence[Timeframe]
    ) -> None:
        self._post = post
        self._clock = clock
        self._run_id = run_id
        self._timeframes = timeframes
        self._tables: Mapping[Timeframe | None, TableFacts] = {t.timeframe: t for t in tables if t.exists}

    def started(self) -> None:
        """Send the start of the run and of each table's run."""
        self._post.send(self._parent(Kind.START))
        for timeframe in self._timeframes:
            event = self._child(Kind.START, timeframe)
            self._post.send(replace(event, inputs=self._dataset(None), outputs=self._dataset(timeframe)))

    def ended(self, report: Report | None, failure: Failure | None) -> None:
        """Send the end of the run, with or without a report."""
        code = failure.exit_code if failure else report.exit_code if report else ExitCode.OK
        if isinstance(report, AggregateReport) and failure is None:
            for table in report.tables:
                self._post.send(self._outcome(table, report))
        else:
            for timeframe in self._timeframes:
                self._post.send(replace(self._child(_kind(code), timeframe), error=_reason(failure)))
        self._post.send(replace(self._parent(_kind(code)), error=_reason(failure)))
        self._post.close()

    def _outcome(self, table: AggregatedTable, report: AggregateReport) -> Event:
        if table.status is Status.FAILED:
            return replace(self._child(Kind.FAIL, table.timeframe), error=table.error)
        if table.origin is Origin.CANDLES:
            finest = next((t.snapshot_id for t in report.tables if t.timeframe == FINEST), None)
            source, columns = self._dataset(FINEST, finest or self._seen(FINEST)), from_candles()
        else:
            source, columns = self._dataset(None, table.source_snapshot_id), from_trades(self._names())
        written = [
            replace(dataset, rows=table.candles_written, bytes=table.bytes_written, columns=columns)
            for dataset in self._dataset(table.timeframe, table.snapshot_id)
        ]
        return replace(self._child(Kind.COMPLETE, table.timeframe), inputs=source, outputs=tuple(written))

    def _seen(self, timeframe: Timeframe) -> int | None:
        facts = self._tables.get(timeframe)
        return None if facts is None else facts.snapshot_id

    def _names(self) -> Mapping[str, str]:
        """Our columns of a trade to those of the source."""
        return self._tables[None].columns if None in self._tables else {}

    def _dataset(self, timeframe: Timeframe | None, version: int | None = None) -> tuple[Dataset, ...]:
        facts = self._tables.get(timeframe)
        if facts is None:
            return ()
        namespace, name = storage_name(facts.location)
        return (Dataset(namespace=namespace, name=name, table=facts.table, version=version),)

    def _parent(self, kind: Kind) -> Event:
        return Event(kind=kind, time=self._clock(), run_id=self._run_id, job=JOB)

    def _child(self, kind: Kind, timeframe: Timeframe) -> Event:
        job = f"{JOB}.{timeframe.name}"
        run_id = str(uuid.uuid5(uuid.UUID(self._run_id), job))
        return Event(kind=kind, time=self._clock(), run_id=run_id, job=job, parent_id=self._run_id)


def storage_name(location: str) -> tuple[str, str]:
    """Namespace and name of a table from its location (https://openlineage.io/docs/spec/naming)."""
    parts = urlsplit(location)
    if parts.scheme in {"", "file"}:
        return "file", parts.path.rstrip("/")
    scheme = "s3" if parts.scheme in {"s3a", "s3n"} else parts.scheme
    return f"{scheme}://{parts.netloc}", parts.path.strip("/")


def _kind(code: int) -> Kind:
    if code == ExitCode.OK:
        return Kind.COMPLETE
    return Kind.ABORT if code in {ExitCode.INTERRUPTED, ExitCode.TERMINATED} else Kind.FAIL


def _reason(failure: Failure | None) -> str:
    return "" if failure is None else failure.message
