"""`k2 trades inspect FILE`: how files of trades are read, and what they hold; nothing is written."""

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from engines.domain.imports import SeriesKey, Shift
from engines.domain.timeframe import to_datetime
from engines.lake import Lake
from k2cli.jobs.other_members import other_members
from k2cli.jobs.stored_trades import Stored, stored_trades
from k2cli.jobs.trade_files import GivenFile, given_files
from k2cli.language.times import Clock
from k2cli.reports import IdGap, InspectedFile, InspectFilesReport, LayoutTemplateReport, StoredTrades
from k2cli.trades import Digits, Layout, TradeFile, Unit, read_trades
from k2cli.trades.contract_sizes import contract_sizes, refuse_unused, with_contract_sizes
from k2cli.trades.errors import NotTrades
from k2cli.trades.files import members
from k2cli.trades.formats import content_of
from k2cli.trades.layouts import allowed
from k2cli.trades.layouts.sections import Csv
from k2cli.trades.layouts.template import template
from k2cli.trades.look import Look, looks
from k2cli.trades.rejects import IN_CONTRACTS, is_left_out

MOST_SERIES = 3
"""Series of a file of which is said what the table has: the largest."""

MOST_GAPS = 5
"""Gaps in ids that are told."""

SHOWN_COLUMNS = ("exchange", "symbol", "timestamp", "message_id", "price", "quantity", "side")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Files to look at, and how to read them; `k2cli.jobs.import_trades.Delivery` explains the fields."""

    files: Sequence[Path]
    layout: str | None = None
    layouts: Path | None = None
    exchange: str | None = None
    symbol: str | None = None
    timestamp_unit: Unit | None = None
    price_shift: int = 0
    quantity_shift: int = 0
    contract_sizes: Sequence[str] = ()

    @property
    def shift(self) -> Shift:
        """How the decimal points of the files are moved."""
        return Shift(self.price_shift, self.quantity_shift)


def inspect_files(lake: Lake | None, clock: Clock, question: Question) -> InspectFilesReport:
    """Read files of trades, and say what is in them.

    Args:
        lake: The lake they may have been imported into; None: there is none.
        clock: The clock of the run.
        question: The files.

    Raises:
        TradeFileError: A file cannot be read as trades.
        UsageError: There is no such layout.
    """
    sizes = contract_sizes(question.contract_sizes)
    wanted = with_contract_sizes(allowed(question.layout, question.layouts), sizes)
    given, now = given_files(question.files), clock()
    aside = {str(file.path): file.aside for file in given if file.aside}
    opened = [(file, _opened(file, wanted, question, now)) for file in given if not file.aside]
    refuse_unused(sizes, [trades for _, trades in opened])
    found: list[InspectedFile] = []
    for file, trades in opened:
        found += _inspected_tables(file, trades, lake, question)
        if not trades.tables:
            aside[str(file.path)] = "holds no rows"
        elif trades.others:
            stops = "; an import stops there, unless --allow-rejects" if trades.doubtful else ""
            aside[str(file.path)] = other_members(trades) + stops
    return InspectFilesReport(files=tuple(found), aside=aside, line=_line(question, create=lake is None))


def layout_template(question: Question) -> LayoutTemplateReport:
    """A layout to start from, for the first file that has rows.

    Raises:
        TradeFileError: It cannot be read, or there is nothing in it.
    """
    for given in given_files(question.files):
        for member in () if given.aside else members(given.path, given.spool).tables:
            content = content_of(member, Csv())
            heads = [] if content is None else list(content.heads())
            if heads:
                text = template(max(heads, key=lambda head: bool(head.names)))
                return LayoutTemplateReport(file=str(given.path), text=text)
    raise NotTrades(f"{question.files[0]} holds no rows", hint="name a file with some")


def _opened(file: GivenFile, wanted: Sequence[Layout], question: Question, now: int) -> TradeFile:
    return read_trades(
        file.path,
        wanted,
        spool=file.spool,
        exchange=question.exchange,
        symbol=question.symbol,
        now=now,
        timestamp_unit=question.timestamp_unit,
        price_shift=question.price_shift,
        quantity_shift=question.quantity_shift,
    )


def _inspected_tables(
    file: GivenFile, trades: TradeFile, lake: Lake | None, question: Question
) -> Iterator[InspectedFile]:
    if lake is None:
        for look in looks(trades):
            yield _inspected(look)
        return
    trades = replace(trades, digits=Digits(*lake.number_types()))
    runs = lake.imported_files({file.digest_as(trades, question.timestamp_unit, question.shift)})
    for look in looks(trades):
        yield replace(_inspected(look), there=_there(lake, look), imported_by="".join(runs.values()))


def _there(lake: Lake, look: Look) -> tuple[StoredTrades, ...]:
    series = [name for name, _ in look.series.most_common(MOST_SERIES)]
    stored = stored_trades(lake, {name: look.times[name] for name in series})
    return tuple(_stored(name, stored.get(name)) for name in series)


def _stored(series: SeriesKey, stored: Stored | None) -> StoredTrades:
    name = " ".join(series)
    if stored is None:
        return StoredTrades(series=name, trades=0)
    first, last = to_datetime(stored.times.start), to_datetime(stored.times.end - 1)
    return StoredTrades(series=name, trades=stored.trades, first=first, last=last)


def _inspected(look: Look) -> InspectedFile:
    found, layout, span = look.table.detected, look.table.terms.layout, look.span
    gaps = look.gaps
    holes = [(" ".join(series), hole) for series, holes in (gaps or {}).items() for hole in holes]
    return InspectedFile(
        file=found.file,
        layout=found.layout,
        about=layout.about if found.layout else "",
        documentation=layout.documentation if found.layout else "",
        format=found.format,
        compression=found.compression,
        delimiter=found.delimiter,
        header=found.header,
        unit=found.timestamp_unit,
        times_without_zone=found.zoneless,
        newest_first=found.newest_first,
        symbol_from=found.symbol_from,
        ids=found.ids,
        missing_ids=None if gaps is None else sum(hole.end - hole.start for _, hole in holes),
        gaps=tuple(IdGap(series=series, first=hole.start, last=hole.end - 1) for series, hole in holes[:MOST_GAPS]),
        rows_read=look.rows,
        trades=look.trades,
        rejected=dict(look.rejected.most_common()),
        left_out=sum(number for reason, number in look.rejected.items() if is_left_out(reason)),
        contracts_hint=layout.quantity.contracts_hint if IN_CONTRACTS in look.rejected else "",
        sides_unknown=look.sides_unknown,
        rounded=look.rounded,
        doubles=look.doubles,
        first=to_datetime(span.start) if span else None,
        last=to_datetime(span.end - 1) if span else None,
        series={" ".join(series): number for series, number in look.series.most_common()},
        price_places=look.places.get("price", 0),
        quantity_places=look.places.get("quantity", 0),
        shown=tuple({name: trade[name] for name in SHOWN_COLUMNS} for trade in look.shown),
        rejects=tuple({"line": one.line, "reason": one.reason, "text": one.text} for one in look.rejects),
    )


def _line(question: Question, *, create: bool) -> str:
    """The command line that imports the files, and makes the tables if there are none."""
    given = {
        "--layout": question.layout,
        "--exchange": question.exchange,
        "--symbol": question.symbol,
        "--timestamp-unit": question.timestamp_unit,
        "--price-shift": str(question.price_shift or ""),
        "--quantity-shift": str(question.quantity_shift or ""),
    }
    options = [word for name, value in given.items() if value for word in (name, value)]
    options += [word for size in question.contract_sizes for word in ("--contract-size", size)]
    options += ["--create"] if create else []
    return shlex.join(["k2", "trades", "import", *map(str, question.files), *options])
