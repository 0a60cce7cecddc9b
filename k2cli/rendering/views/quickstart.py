"""The view of `k2 quickstart`."""

from collections.abc import Iterator
from itertools import groupby

from engines.domain.results import Status
from k2cli import reports as r
from k2cli.language.words import count
from k2cli.rendering.blocks import Block, Chart, Sentence, table
from k2cli.rendering.views.names import narrow
from k2cli.rendering.views.view import view


@view.register
def _(report: r.QuickstartReport) -> Iterator[Block]:
    yield Sentence(f"warehouse: {report.folder}", "title")
    idle = [s for s in report.steps if s.status is Status.UP_TO_DATE]
    done = [s for s in report.steps if s.status is not Status.UP_TO_DATE]
    rows = [
        (
            s.step,
            s.table,
            s.status.value,
            count(s.windows),
            count(s.candles_written),
            count(s.trades_read),
            f"{s.seconds:.2f}s",
        )
        for s in done
    ]
    numbers = ("windows", "written", "trades read", "time")
    shape = narrow(done, expendable=("time", "windows"))
    yield table("run", "table", "status", *numbers, rows=rows, right=numbers, narrow=shape)
    for step, several in groupby(idle, key=lambda s: s.step):
        tables = list(several)
        seconds = sum(s.seconds for s in tables)
        yield Sentence(f"{step}: all {len(tables)} tables up to date, no trade read, nothing committed, {seconds:.2f}s")
    if report.candles_broken:
        yield Sentence(f"4 validation: {count(report.candles_broken)} candles are broken", "bad")
    else:
        checked = count(report.candles_checked)
        yield Sentence(f"4 validation: {checked} candles recomputed from the trades, all equal", "good")
    yield Sentence("")
    yield Chart(report.chart_title, report.chart)
    yield Sentence("")
    yield Sentence(f"the same as a page, minute by minute: {report.page}")
    yield Sentence("")
    yield Sentence("try next:", "title")
    yield from (Sentence(f"  {command}", "command") for command in report.next)
