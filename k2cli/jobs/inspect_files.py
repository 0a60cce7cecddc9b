"""`k2 trades inspect FILE`: how files of trades are read, and what they hold; nothing is written."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from engines.domain.timeframe import to_datetime
from engines.lake import Lake
from k2cli.jobs.trade_files import given_files
from k2cli.language.times import Clock
from k2cli.reports import InspectedFile, InspectFilesReport, LayoutTemplateReport
from k2cli.trades import Digits, Unit, read_trades
from k2cli.trades.errors import NotTrades
from k2cli.trades.files import members
from k2cli.trades.formats import content_of
from k2cli.trades.layouts import allowed
from k2cli.trades.layouts.grammar import Csv
from k2cli.trades.layouts.template import template
from k2cli.trades.look import Look, looks
from k2cli.trades.rejects import is_left_out

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
    wanted = allowed(question.layout, question.layouts)
    digits = Digits() if lake is None else Digits(*lake.number_types())
    found: list[InspectedFile] = []
    aside: dict[str, str] = {}
    for given in given_files(question.files):
        if given.aside:
            aside[str(given.path)] = given.aside
            continue
        file = read_trades(
            given.path,
            wanted,
            spool=given.spool,
            exchange=question.exchange,
            symbol=question.symbol,
            now=clock(),
            timestamp_unit=question.timestamp_unit,
        )
        file = replace(file, digits=digits)
        imported = lake.imported_files({given.digest_as(file, question.timestamp_unit)}) if lake else {}
        found += [_inspected(look, "".join(imported.values())) for look in looks(file)]
        if not file.tables:
            aside[str(given.path)] = "holds no rows"
    return InspectFilesReport(files=tuple(found), aside=aside, line=_line(question))


def layout_template(question: Question) -> LayoutTemplateReport:
    """A layout to start from, for the first file.

    Raises:
        TradeFileError: It cannot be read, or there is nothing in it.
    """
    path = question.files[0]
    for member in members(path):
        content = content_of(member, Csv())
        heads = [] if content is None else list(content.heads())
        if heads:
            return LayoutTemplateReport(file=str(path), text=template(max(heads, key=lambda head: bool(head.names))))
    raise NotTrades(f"{path} holds no rows", hint="name a file with some")


def _inspected(look: Look, imported_by: str) -> InspectedFile:
    found, layout = look.table.detected, look.table.terms.layout
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
        missing_ids=look.missing_ids,
        rows_read=look.rows,
        trades=look.trades,
        rejected=dict(look.rejected.most_common()),
        left_out=sum(number for reason, number in look.rejected.items() if is_left_out(reason)),
        sides_unknown=look.sides_unknown,
        rounded=look.rounded,
        first=None if look.first is None else to_datetime(look.first),
        last=None if look.last is None else to_datetime(look.last),
        series={" ".join(series): number for series, number in look.series.most_common()},
        price_places=look.places.get("price", 0),
        quantity_places=look.places.get("quantity", 0),
        imported_by=imported_by,
        shown=tuple({name: trade[name] for name in SHOWN_COLUMNS} for trade in look.shown),
        rejects=tuple({"line": one.line, "reason": one.reason, "text": one.text} for one in look.rejects),
    )


def _line(question: Question) -> str:
    """The command line that imports the files."""
    given = {
        "--layout": question.layout,
        "--exchange": question.exchange,
        "--symbol": question.symbol,
        "--timestamp-unit": question.timestamp_unit,
    }
    options = [word for name, value in given.items() if value is not None for word in (name, value)]
    return shlex.join(["k2", "trades", "import", *map(str, question.files), *options])
