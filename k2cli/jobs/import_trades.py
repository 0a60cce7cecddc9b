"""`k2 trades import`: add files of trades to the source table, all in one commit or none at all."""

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import get_args

import pyarrow as pa

from engines.base import Observer
from engines.domain.results import Creation
from engines.domain.timeframe import to_datetime
from engines.errors import Refused
from engines.lake import Lake
from k2cli.jobs.event_times import EventTimes
from k2cli.jobs.rejects_file import RejectsFile
from k2cli.language.times import Clock
from k2cli.reports import ImportedFile, ImportReport
from k2cli.trades import Layout, TradeFile, Unit, read_trades
from k2cli.trades.rejects import UNFIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Files to import and how to read them.

    Attributes:
        files: The files, in the order in which they are read.
        layout: Layout of the files: a name of `k2cli.trades.Layout`.
        exchange: The exchange, if the files do not name it.
        symbol: The symbol, if the files do not name it.
        timestamp_unit: The unit of the times; None: it is detected.
        price_shift: Each price is multiplied by 10^price_shift before it has to fit the table.
        quantity_shift: The same for quantities.
        strict: Import nothing if a row is rejected.
        rejects: The file to which rejected rows are written.
    """

    files: Sequence[Path]
    layout: str
    exchange: str | None
    symbol: str | None
    timestamp_unit: str | None
    price_shift: int = 0
    quantity_shift: int = 0
    strict: bool
    rejects: Path


def import_trades(
    lake: Lake, clock: Clock, delivery: Delivery, *, create: bool, run_id: str, observer: Observer
) -> ImportReport:
    """Read the files and append their trades in one commit.

    Args:
        lake: The lake that the trades are added to.
        clock: The clock of the run; its time becomes the trades' ingestion time.
        delivery: The files and how to read them.
        create: Create missing tables of trades and candles, after the files have been found and opened.
        run_id: Identity of the run.
        observer: Receives progress.

    Raises:
        TableMissing: The source table does not exist.
        TradeFileError: A file cannot be read as trades of that layout; nothing was added.
        Refused: ``strict`` is set and a row was rejected; nothing was added.
    """
    now = clock()
    files = [
        read_trades(
            path,
            Layout(delivery.layout),
            exchange=delivery.exchange,
            symbol=delivery.symbol,
            now=now,
            timestamp_unit=_unit(delivery.timestamp_unit),
            price_shift=delivery.price_shift,
            quantity_shift=delivery.quantity_shift,
        )
        for path in delivery.files
    ]
    created = lake.create_tables(with_trades=True) if create else ()
    with RejectsFile(delivery.rejects, inputs=delivery.files) as rejects:
        reading = _Reading(files, rejects, delivery, observer)
        times = EventTimes()
        appended = lake.append(times.seen(reading.trades()), run_id=run_id)
    return ImportReport(
        table=appended.table,
        created=tuple(table.table for table in created if table.status is Creation.CREATED),
        files=tuple(map(_imported_file, files, reading.rows, reading.rejected)),
        price_shift=delivery.price_shift,
        quantity_shift=delivery.quantity_shift,
        rows_read=sum(reading.rows),
        imported=appended.rows,
        rejected=dict(rejects.reasons.most_common()),
        rejects_file=str(delivery.rejects) if rejects.reasons else None,
        first=None if times.first is None else to_datetime(times.first),
        last=None if times.last is None else to_datetime(times.last),
        snapshot_id=appended.snapshot_id,
        bytes_written=appended.bytes_written,
    )


@dataclass(slots=True)
class _Reading:
    """One pass over all files, which counts the rows and the rejected rows of each."""

    files: Sequence[TradeFile]
    rejected_rows: RejectsFile
    delivery: Delivery
    observer: Observer
    rows: list[int] = field(default_factory=list)
    rejected: list[int] = field(default_factory=list)

    def trades(self) -> Iterator[pa.Table]:
        """Yield the trades of all files; raise `Refused` at the end if ``strict`` is set and a row was rejected."""
        platform_sequence = 0
        for file in self.files:
            self.rows.append(0)
            self.rejected.append(0)
            for table in self._trades_of(replace(file, first_row=platform_sequence)):
                yield table
                platform_sequence += table.num_rows
        reasons = self.rejected_rows.reasons
        if self.delivery.strict and reasons:
            raise Refused(_refusal(reasons, sum(self.rows), self.delivery.rejects), hint=_hint(reasons))

    def _trades_of(self, file: TradeFile) -> Iterator[pa.Table]:
        name = file.path.name
        self.observer.started(name, file.size)
        done = 0
        for chunk in file:
            self.rejected_rows.add(chunk.rejects)
            self.rows[-1] += chunk.rows
            self.rejected[-1] += len(chunk.rejects)
            yield chunk.trades
            self.observer.advanced(name, chunk.bytes_read - done)
            done = chunk.bytes_read
        self.observer.finished(name)


def _unit(name: str | None) -> Unit | None:
    return None if name is None else next(unit for unit in get_args(Unit) if unit == name)


def _hint(reasons: Counter[str]) -> str:
    unfit = any(reason.endswith(UNFIT) for reason in reasons)
    unit = "tell their unit by --price-shift and --quantity-shift, " if unfit else ""
    return f"mend the rows, {unit}or import the others without --strict"


def _refusal(reasons: Counter[str], rows: int, listed: Path) -> str:
    worst = ", ".join(f"{reason} {count}" for reason, count in itertools.islice(reasons.most_common(), 5))
    return (
        f"nothing was imported: {reasons.total()} of {rows} rows are no trades ({worst}); they are listed in {listed}"
    )


def _imported_file(file: TradeFile, rows: int, rejected: int) -> ImportedFile:
    found = file.detected
    return ImportedFile(
        file=str(file.path),
        rows=rows,
        rejected=rejected,
        layout="+".join(dict.fromkeys(member.layout.value for member in found)),
        unit="+".join(dict.fromkeys(member.timestamp_unit for member in found if member.timestamp_unit)),
        header=all(member.header for member in found),
    )
