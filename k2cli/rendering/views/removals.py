"""The views of commands that take trades out of the table of trades."""

from collections.abc import Iterator

from engines.domain.upkeep import UpkeepStatus
from k2cli import reports as r
from k2cli.language.words import count, moment
from k2cli.rendering.blocks import Block, Sentence, table
from k2cli.rendering.views.view import view
from k2cli.reports.removals import RemovalReport


@view.register
def _(report: r.UndoReport) -> Iterator[Block]:
    if report.status is UpkeepStatus.NOTHING:
        yield Sentence(f"nothing of the import {report.import_id} is left in {report.table}", "good")
        return
    yield from _removal(report, f"of the import {report.import_id}")


def _removal(report: RemovalReport, which: str) -> Iterator[Block]:
    """What goes, and which candles follow."""
    verb = "go" if report.status is UpkeepStatus.PLANNED else "gone"
    number = f"{count(report.trades)} of {count(report.held)} trades {verb} from {report.table}"
    yield Sentence(f"{number}: those {which}, {moment(report.first)} to {moment(report.last)}", "good")
    rows = [(one.timeframe.name, count(one.candles), count(one.frozen)) for one in report.touched]
    numbers = ("candles that follow", "frozen")
    yield table("timeframe", *numbers, rows=rows, right=numbers, spare=("frozen",))
    if report.dry_run:
        yield Sentence("this is the plan: nothing was done", "good")
    elif report.status is UpkeepStatus.DONE:
        yield Sentence("k2 ohlcv aggregate makes the candles anew", "command")


@view.register
def _(report: r.DeleteReport) -> Iterator[Block]:
    series = f"{report.exchange} {report.symbol}"
    if report.status is UpkeepStatus.NOTHING:
        when = "" if report.whole_series else " at these times"
        yield Sentence(f"{report.table} has no trades of {series}{when}: there is nothing to do", "good")
        return
    yield from _removal(report, f"of {series}")
