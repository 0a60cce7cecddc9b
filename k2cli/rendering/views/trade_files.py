"""The views of files of trades: how they are read, what they hold, and the command that imports them."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from engines.domain.timeframe import to_datetime
from k2cli import reports as r
from k2cli.language.words import count, moment
from k2cli.rendering.blocks import Block, Sentence, table
from k2cli.rendering.views.view import view

_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_IDS = {
    "trade": "of trades",
    "aggregate": "of aggregates of trades",
    "none": "none: they are made from the rows",
}
_SERIES_SHOWN = 3


@view.register
def _(report: r.InspectFilesReport) -> Iterator[Block]:
    for file in report.files:
        yield from _file(file)
        yield Sentence("")
    for name, why in report.aside.items():
        yield Sentence(f"{name}: {why}")
    if any(file.trades for file in report.files):
        yield Sentence(report.line, "command")


@view.register
def _(report: r.LayoutTemplateReport) -> Iterator[Block]:
    yield Sentence(report.text)


def _file(file: r.InspectedFile) -> Iterator[Block]:
    yield Sentence(file.file, "title")
    if not file.rows_read:
        yield Sentence("holds no rows")
        return
    facts = [(name, what) for name, what in _facts(file) if what]
    yield table("", "what it is", rows=facts, wraps=("what it is",))
    if file.shown:
        names = tuple(file.shown[0])
        yield Sentence("")
        rows = [tuple(_cell(name, trade) for name in names) for trade in file.shown]
        yield table(*names, rows=rows, right=("price", "quantity"), spare=("side",))
    yield from _warnings(file)


def _facts(file: r.InspectedFile) -> Iterator[tuple[str, str]]:
    yield "layout", f"{file.layout}: {file.about}"
    yield "described", file.documentation
    packed = "" if file.compression == "none" else f", {file.compression}"
    fields = f", fields between {_DELIMITERS[file.delimiter]}" if file.delimiter else ""
    yield "format", f"{file.format}{packed}{fields}, {'columns have names' if file.header else 'no names of columns'}"
    series = [f"{name} ({count(number)})" for name, number in list(file.series.items())[:_SERIES_SHOWN]]
    more = len(file.series) - len(series)
    yield (
        "series",
        ", ".join(series) + (f" and {count(more)} more" if more else "") + f"; symbol from {file.symbol_from}",
    )
    order = "newest first" if file.newest_first else "oldest first"
    zone = ", without a zone: taken for UTC" if file.times_without_zone else ""
    yield "times", f"{moment(file.first)} to {moment(file.last)}, in {file.unit}{zone}, {order}"
    missing = f", {count(file.missing_ids)} missing between them" if file.missing_ids else ""
    yield "ids", f"{_IDS[file.ids]}{missing}"
    rounded = ", of the quote currency: divided by the price and rounded" if file.rounded else ""
    yield "places", f"prices {file.price_places}, quantities {file.quantity_places}{rounded}"
    rejected = ", ".join(f"{reason} {count(number)}" for reason, number in file.rejected.items())
    yield (
        "rows",
        f"{count(file.rows_read)}, of which {count(file.trades)} are trades"
        + (f"; rejected: {rejected}" if rejected else ""),
    )


def _warnings(file: r.InspectedFile) -> Iterator[Sentence]:
    for reject in file.rejects:
        yield Sentence(f"line {reject['line']}, {reject['reason']}: {reject['text']}", "warning")
    if file.left_out:
        yield Sentence(
            f"{count(file.left_out)} of the rejected rows are trades: an import stops there, unless --allow-rejects",
            "warning",
        )
    if file.sides_unknown:
        yield Sentence(f"{count(file.sides_unknown)} trades have a side that is neither buy nor sell", "warning")
    if file.missing_ids:
        yield Sentence(f"{count(file.missing_ids)} ids are missing: trades may be, too", "warning")
    if file.imported_by:
        yield Sentence(f"imported already by run {file.imported_by}", "warning")


def _cell(name: str, trade: Mapping[str, object]) -> str:
    value = trade[name]
    if name == "message_id":
        return str(value).removeprefix(f"{trade['exchange']}:{trade['symbol']}:")
    if name == "timestamp" and isinstance(value, int):
        return moment(to_datetime(value))
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return "" if value is None else str(value)
