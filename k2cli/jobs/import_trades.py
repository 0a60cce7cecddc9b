"""`k2 trades import`: add files of trades to the source table, all in one commit or none at all."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import pyarrow as pa

from engines.base import Observer
from engines.domain.decimals import fitting_scale
from engines.domain.imports import Shift
from engines.domain.results import Creation
from engines.domain.timeframe import to_datetime
from engines.errors import Refused, UsageError, ValidationFailed
from engines.lake import Lake
from k2cli.jobs.arrivals import Arrivals
from k2cli.jobs.other_members import other_members, refuse_doubtful
from k2cli.jobs.rejects_file import RejectsFile
from k2cli.jobs.trade_files import GivenFile, given_files
from k2cli.jobs.trade_reading import Reading
from k2cli.language.times import Clock
from k2cli.reports import ImportedFile, ImportReport
from k2cli.trades import Digits, Layout, TradeFile, Unit, read_trades
from k2cli.trades.contract_sizes import contract_sizes, refuse_unused, size_in, with_contract_sizes
from k2cli.trades.layouts import allowed
from k2cli.trades.rejects import UNFIT, is_left_out


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Files to import and how to read them.

    Attributes:
        files: The files, in the order in which they are read.
        layout: Name of the files' layout, or path of a file that describes it; None: it is detected.
        layouts: Folder with layouts of the user's, if there is one.
        exchange: The exchange, if the files do not name it.
        symbol: The symbol, if the files do not name it.
        timestamp_unit: The unit of the times; None: it is detected.
        contract_sizes: What one contract is worth, such as ``BTC-USDT-SWAP=0.01``, where the files count contracts.
        price_shift: Each price is multiplied by 10^price_shift before it has to fit the table.
        quantity_shift: The same for quantities.
        strict: Import nothing if a row is rejected.
        allow_rejects: Import the others if a trade is left out.
        again: Read files, too, that were imported already.
        mix: Add single trades to aggregates of them in one time of a series, and the other way round.
        rejects: The file to which rejected rows are written.
    """

    files: Sequence[Path]
    layout: str | None = None
    layouts: Path | None = None
    exchange: str | None
    symbol: str | None
    timestamp_unit: Unit | None
    contract_sizes: Sequence[str] = ()
    price_shift: int = 0
    quantity_shift: int = 0
    strict: bool
    allow_rejects: bool = False
    again: bool = False
    mix: bool = False
    rejects: Path

    @property
    def shift(self) -> Shift:
        """How the decimal points of the files are moved."""
        return Shift(self.price_shift, self.quantity_shift)


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
        ValidationFailed: A trade was left out, or a member of an archive that may hold some, without ``allow_rejects``;
            or a file does not agree with its checksum; nothing was added.
        Refused: ``strict`` is set and a row was rejected, or the table has the trades in another form or unit; nothing
            was added.
    """
    if delivery.strict and delivery.allow_rejects:
        raise UsageError("--strict and --allow-rejects exclude each other", hint="give one of them")
    now = clock()
    given = given_files(delivery.files)
    sizes = contract_sizes(delivery.contract_sizes)
    wanted = with_contract_sizes(allowed(delivery.layout, delivery.layouts), sizes)
    opened = {file.path: _opened(file, wanted, delivery, now) for file in given if not file.aside}
    refuse_unused(sizes, opened.values())
    created = lake.create_tables(with_trades=True) if create else ()
    given = given if delivery.again else _new(given, opened, delivery, lake)
    files = _to_read(given, opened, delivery)
    digits = Digits(*lake.number_types())
    arrivals = _arrivals(files, delivery)
    with RejectsFile(delivery.rejects, inputs=[file.path for file, _ in files]) as rejects:
        reading = Reading([replace(trades, digits=digits) for _, trades in files], rejects, arrivals, observer)
        appended = lake.append(
            _agreed(reading, delivery),
            run_id=run_id,
            record=arrivals.record,
            mix=delivery.mix,
            again=delivery.again,
        )
    times = arrivals.times
    return ImportReport(
        table=appended.table,
        created=tuple(table.table for table in created if table.status is Creation.CREATED),
        files=tuple(_lines(given, opened, reading)),
        price_shift=delivery.price_shift,
        quantity_shift=delivery.quantity_shift,
        rows_read=reading.rows,
        imported=appended.rows,
        rejected=dict(rejects.reasons.most_common()),
        left_out=_left_out(rejects.reasons).total(),
        rejects_file=str(delivery.rejects) if rejects.reasons else None,
        first=to_datetime(times.start) if times else None,
        last=to_datetime(times.end - 1) if times else None,
        snapshot_id=appended.snapshot_id if appended.rows else None,
        bytes_written=appended.bytes_written,
    )


def _opened(file: GivenFile, wanted: Sequence[Layout], delivery: Delivery, now: int) -> TradeFile:
    return read_trades(
        file.path,
        wanted,
        spool=file.spool,
        exchange=delivery.exchange,
        symbol=delivery.symbol,
        now=now,
        timestamp_unit=delivery.timestamp_unit,
        price_shift=delivery.price_shift,
        quantity_shift=delivery.quantity_shift,
    )


def _to_read(
    given: Iterable[GivenFile], opened: Mapping[Path, TradeFile], delivery: Delivery
) -> list[tuple[GivenFile, TradeFile]]:
    files = [(file, opened[file.path]) for file in given if not file.aside]
    if not delivery.allow_rejects:
        refuse_doubtful(trades for _, trades in files)
    return files


def _arrivals(files: Sequence[tuple[GivenFile, TradeFile]], delivery: Delivery) -> Arrivals:
    digests = [file.digest_as(trades, delivery.timestamp_unit, delivery.shift) for file, trades in files]
    return Arrivals(
        digests,
        delivery.shift,
        lambda *series: next(filter(None, (size_in(trades, *series) for _, trades in files)), ""),
    )


def _new(
    given: Iterable[GivenFile], opened: Mapping[Path, TradeFile], delivery: Delivery, lake: Lake
) -> tuple[GivenFile, ...]:
    """The files, of which those that the table has already are set aside."""
    digests = {
        file.path: file.digest_as(opened[file.path], delivery.timestamp_unit, delivery.shift)
        for file in given
        if not file.aside
    }
    runs = lake.imported_files(set(digests.values()))
    return tuple(
        replace(file, aside=f"imported already by run {runs[digests[file.path]]}; --again imports it once more")
        if digests.get(file.path) in runs
        else file
        for file in given
    )


def _agreed(reading: Reading, delivery: Delivery) -> Iterator[pa.Table]:
    """Yield the trades; raise at the end if they are not to be imported without the user's consent."""
    yield from reading.trades()
    if not delivery.mix:
        reading.arrivals.refuse_mixture()
    _refuse_left_out(reading, delivery)


def _refuse_left_out(reading: Reading, delivery: Delivery) -> None:
    reasons = reading.rejects.reasons
    if delivery.strict and reasons:
        raise Refused(
            f"nothing was imported: {reasons.total()} of {reading.rows} rows are no trades"
            f" ({_worst(reasons)}); they are listed in {delivery.rejects}",
            hint=f"mend the rows, {_fitting(reading)}{_units(reasons)}or import the others without --strict",
        )
    left_out = _left_out(reasons)
    if left_out and not delivery.allow_rejects:
        raise ValidationFailed(
            f"nothing was imported: {left_out.total()} of {reading.rows} rows are trades that would be left out"
            f" ({_worst(left_out)}); they are listed in {delivery.rejects}",
            hint=f"mend the rows, {_fitting(reading)}{_units(left_out)}or import the others with --allow-rejects",
        )


def _left_out(reasons: Counter[str]) -> Counter[str]:
    return Counter({reason: count for reason, count in reasons.items() if is_left_out(reason)})


def _fitting(reading: Reading) -> str:
    """What a user can do about numbers that would fit other tables: the scale of these, or wider quantities."""
    scale = fitting_scale(reading.needs.get("price"), reading.needs.get("quantity")) if reading.needs else None
    if scale is None:
        return ""
    if scale.places > reading.files[0].digits.price.scale:
        return f"make tables that hold them (scale = {scale.places} and another namespace below [tables]), "
    return "widen the table by k2 ohlcv create-tables --evolve, "


def _units(reasons: Iterable[str]) -> str:
    """What a user can do about numbers that would fit in another unit: the options that move their decimal points."""
    columns = {reason.partition("_")[0] for reason in reasons if reason.endswith(UNFIT)}
    options = " and ".join(f"--{column}-shift" for column in ("price", "quantity") if column in columns)
    return f"tell their unit by {options}, " if options else ""


def _worst(reasons: Counter[str]) -> str:
    return ", ".join(f"{reason} {count}" for reason, count in islice(reasons.most_common(), 5))


def _lines(given: Iterable[GivenFile], opened: Mapping[Path, TradeFile], reading: Reading) -> Iterator[ImportedFile]:
    """A line for each file, and for each member of an archive that has several."""
    for one in given:
        file = None if one.aside else opened[one.path]
        if file is None or not file.detected:
            yield ImportedFile(file=str(one.path), note=one.aside or "holds no rows")
            continue
        several = len(file.detected) > 1
        if several and file.others:
            yield ImportedFile(file=str(one.path), note=other_members(file))
        for found in file.detected:
            tally = reading.tallies[found.file]
            notes = ("" if tally.rows else "holds no rows", "" if several else other_members(file))
            yield ImportedFile(
                file=found.file if several else str(file.path),
                rows=tally.rows,
                rejected=tally.rejected,
                layout=found.layout,
                unit=found.timestamp_unit,
                header=found.header,
                exchange=found.exchange,
                symbol=found.symbol,
                newest_first=found.newest_first,
                times_without_zone=found.zoneless,
                sides_unknown=tally.sides_unknown,
                rounded=tally.rounded,
                doubles=tally.doubles,
                note="; ".join(filter(None, notes)),
            )
