"""The view of a table of trades: how it is read, and what its newest rows are."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal

from k2cli.language.columns import meaning
from k2cli.language.words import count, moment
from k2cli.rendering.blocks import Block, Sentence, table
from k2cli.rendering.views.caveats import caveats, notes
from k2cli.rendering.views.view import view
from k2cli.reports import InspectReport, SourceLook

_SHOWN = ("exchange", "symbol", "timestamp", "message_id", "price", "quantity", "side", "rejected")


@view.register
def _(report: InspectReport) -> Iterator[Block]:
    yield from source(report.source)


def source(look: SourceLook) -> Iterator[Block]:
    """Show how a table of trades is read, and what its newest rows are."""
    rows = [(column.ours, column.theirs, column.type, column.read) for column in look.columns]
    yield table("a trade's", "from column", "type", "read", rows=rows, wraps=("read",))
    yield Sentence(f"{look.table}: {count(look.rows)} rows in {count(look.files)} files{_span(look)}")
    yield Sentence(f"told apart by {meaning(look.identity)}")
    yield from caveats(look.caveats)
    if not look.looked_rows:
        return
    yield Sentence("")
    yield table(*_SHOWN, rows=[_row(trade) for trade in look.trades], right=("price", "quantity"), spare=_SHOWN)
    yield from _looked(look)


def _looked(look: SourceLook) -> Iterator[Sentence]:
    """What the rows are that were looked at; the sentence tells which these are."""
    files = f"{count(look.looked_files)} of {count(look.files)} files"
    place = f"of the newest {count(look.looked_rows)} rows, since {moment(look.looked_from)} in {files},"
    if look.rejected:
        reasons = ", ".join(f"{reason}: {count(number)}" for reason, number in look.rejected.items())
        yield Sentence(f"{place} a run leaves out {count(sum(look.rejected.values()))} ({reasons})", "warning")
    else:
        yield Sentence(f"{place} a run leaves none out")
    yield from notes(look.noted)
    for spelling in look.spellings:
        words = " and ".join(map(repr, spelling.words))
        yield Sentence(f"{spelling.column} is written in several ways, which count as different: {words}", "warning")


def _span(look: SourceLook) -> str:
    return f", {moment(look.first)} to {moment(look.last)}" if look.first else ""


def _row(trade: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(_cell(trade.get(name)) for name in _SHOWN)


def _cell(value: object) -> str:
    if value is None:
        return ""
    return moment(value) if isinstance(value, datetime) else f"{value:f}" if isinstance(value, Decimal) else str(value)
