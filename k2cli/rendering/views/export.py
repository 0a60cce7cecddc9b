"""The view of `export`."""

from collections.abc import Iterator

from k2cli.language.words import count, minute, moment, size
from k2cli.rendering.blocks import Block, Narrow, Sentence, table
from k2cli.rendering.views.view import view
from k2cli.reports import ExportReport

_SHOWN = 20
"""Number of files that are listed; -o json has all."""


@view.register
def _(report: ExportReport) -> Iterator[Block]:
    """Show the files, then how they are read."""
    shown = report.files[:_SHOWN]
    rows = [
        (
            file.path,
            file.exchange or "",
            file.symbol or "",
            count(file.rows),
            moment(file.first),
            moment(file.last),
            size(file.bytes),
        )
        for file in shown
    ]
    narrow = Narrow(
        short={"from": [minute(file.first) for file in shown], "last window": [minute(file.last) for file in shown]},
        note="times are UTC",
        once=("exchange", "symbol"),
        expendable=("last window", "from", "size"),
    )
    right = ("candles", "size")
    if rows:
        yield table(
            "file",
            "exchange",
            "symbol",
            "candles",
            "from",
            "last window",
            "size",
            rows=rows,
            right=right,
            spare=("exchange", "symbol"),
            narrow=narrow,
        )
    if len(report.files) > len(shown):
        yield Sentence(f"and {count(len(report.files) - len(shown))} files more")
    if len(report.files) != 1:
        yield Sentence(f"{count(report.candles)} candles of {count(report.series)} series, {size(report.bytes)}")
    if report.usage:
        yield Sentence(report.usage, "command")
