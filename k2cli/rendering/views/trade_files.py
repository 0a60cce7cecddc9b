"""The views of files of trades: how they are read, what they hold, and the command that imports them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from engines.domain.timeframe import to_datetime
from k2cli import reports as r
from k2cli.language.words import count, moment
from k2cli.rendering.blocks import Block, Narrow, Sentence, table
from k2cli.rendering.views.view import view

_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_IDS = {
    "trade": "of trades",
    "aggregate": "of aggregates of trades",
    "none": "none, so they are made from the rows",
}
_UNITS = {"s": "in seconds", "ms": "in milliseconds", "us": "in microseconds", "ns": "in nanoseconds"}
_SERIES_SHOWN = 3
_LETTERS = 3
"""Files each of which is described; of more there is a line each."""

_TEXT_SHOWN = 60
"""Characters of a rejected row."""


@view.register
def _(report: r.InspectFilesReport) -> Iterator[Block]:
    if len(report.files) > _LETTERS:
        yield from _list(report.files)
    else:
        for file in report.files:
            yield from _letter(file)
            yield Sentence("")
    for name, why in report.aside.items():
        yield Sentence(f"{name}: {why}")
    if any(file.trades for file in report.files):
        yield Sentence(report.line, "command")


@view.register
def _(report: r.LayoutTemplateReport) -> Iterator[Block]:
    yield Sentence(report.text)


def _list(files: Sequence[r.InspectedFile]) -> Iterator[Block]:
    names = ("file", "layout", "series", "rows", "trades", "first", "last")
    rows = [(file.file, file.layout, *_line(file)) for file in files]
    short = {"file": [re.split("[/!]", file.file)[-1] for file in files]}
    narrow = Narrow(short=short, once=("layout", "series"), expendable=("rows", "first", "last"))
    yield table(*names, rows=rows, right=("rows", "trades"), narrow=narrow)
    for file in files:
        yield from (Sentence(f"{file.file}: {odd}", "warning") for odd in _odd(file))
    yield Sentence("")


def _line(file: r.InspectedFile) -> tuple[str, ...]:
    return (_series(file), count(file.rows_read), count(file.trades), moment(file.first), moment(file.last))


def _letter(file: r.InspectedFile) -> Iterator[Block]:
    yield Sentence(file.file, "title")
    if not file.rows_read:
        yield Sentence("holds no rows")
        return
    facts = [(name, what) for name, what in _facts(file) if what]
    yield table("layout", file.layout, rows=facts, wraps=(file.layout,))
    if file.documentation:
        yield Sentence(f"documented at {file.documentation}")
    if file.shown:
        names = tuple(file.shown[0])
        yield Sentence("")
        rows = [tuple(_cell(name, trade) for name in names) for trade in file.shown]
        narrow = Narrow(once=("exchange", "symbol"), expendable=("message_id",))
        yield table(*names, rows=rows, right=("price", "quantity"), spare=("message_id", "side"), narrow=narrow)
    yield from (Sentence(odd, "warning") for odd in _odd(file))


def _facts(file: r.InspectedFile) -> Iterator[tuple[str, str]]:
    yield "about", file.about
    packed = "" if file.compression == "none" else f" in {file.compression}"
    fields = f", {_DELIMITERS[file.delimiter]} between fields" if file.delimiter else ""
    names = "columns have names" if file.header else "no names of columns"
    yield "written as", f"{file.format}{packed}{fields}, {names}"
    yield "rows", f"{count(file.rows_read)}, {_trades(file)}"
    yield "series", f"{_series(file)}; {file.symbol_from} tells the symbol"
    zone = ", without a zone: taken for UTC" if file.times_without_zone else ""
    yield "times", f"{moment(file.first)} to {moment(file.last)}"
    order = "newest" if file.newest_first else "oldest"
    yield "", f"{_UNITS.get(file.unit, 'written out')}{zone}, the {order} first"
    yield "ids", _IDS[file.ids] + (", none is missing" if file.missing_ids == 0 else "")
    rounded = f"; {count(file.rounded)} in the quote currency, divided by the price" if file.rounded else ""
    floats = f"; {count(file.doubles)} floats, read as the decimals they were printed as" if file.doubles else ""
    yield "decimals", f"{file.price_places} in prices, {file.quantity_places} in quantities{floats}{rounded}"
    yield "in the table", ", ".join(map(_stored, file.there or ()))


def _trades(file: r.InspectedFile) -> str:
    if not file.rejected:
        return "all of them trades"
    rejected = ", ".join(f"{count(number)} {reason}" for reason, number in file.rejected.items())
    return f"of which {count(file.trades)} are trades; rejected: {rejected}"


def _series(file: r.InspectedFile) -> str:
    series = list(file.series)[:_SERIES_SHOWN]
    named = series if len(file.series) == 1 else [f"{name} ({count(file.series[name])})" for name in series]
    more = len(file.series) - len(series)
    return ", ".join(named) + (f" and {count(more)} more" if more else "")


def _stored(there: r.StoredTrades) -> str:
    if not there.trades:
        return f"none of {there.series}"
    return f"{count(there.trades)} of {there.series} from {moment(there.first)} to {moment(there.last)}"


def _odd(file: r.InspectedFile) -> Iterator[str]:
    for reject in file.rejects:
        text = str(reject["text"])
        shown = text if len(text) <= _TEXT_SHOWN else f"{text[:_TEXT_SHOWN]}..."
        yield f"line {reject['line']}, {reject['reason']}: {shown}"
    if file.left_out:
        trades = "a trade" if file.left_out == 1 else "trades"
        yield f"an import stops at {_number(file.left_out, 'row')} that may be {trades}, unless --allow-rejects"
    if file.contracts_hint:
        yield f"contracts of a size that is not known: {file.contracts_hint}"
    if file.sides_unknown:
        yield f"{_number(file.sides_unknown, 'trade')} with a side that is neither buy nor sell"
    if file.missing_ids:
        gaps = ", ".join(f"{gap.first}" if gap.first == gap.last else f"{gap.first} to {gap.last}" for gap in file.gaps)
        more = ", ..." if sum(gap.last - gap.first + 1 for gap in file.gaps) < file.missing_ids else ""
        yield f"{_number(file.missing_ids, 'id')} missing, and so may be trades: {gaps}{more}"
    if file.imported_by:
        yield f"imported already, by run {file.imported_by}"


def _number(number: int, what: str) -> str:
    return f"{count(number)} {what}{'' if number == 1 else 's'}"


def _cell(name: str, trade: Mapping[str, object]) -> str:
    value = trade[name]
    if name == "message_id":
        identifier = str(value).removeprefix(f"{trade['exchange']}:{trade['symbol']}:")
        return "" if identifier.startswith("row:") else identifier
    if name == "timestamp" and isinstance(value, int):
        return moment(to_datetime(value))
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return "" if value is None else str(value)
