"""The view of `k2 ohlcv chart`."""

from collections.abc import Iterator

from k2cli import reports as r
from k2cli.language.words import count, size
from k2cli.rendering.blocks import Block, Chart, Sentence
from k2cli.rendering.views.view import view


@view.register
def _(report: r.ChartReport) -> Iterator[Block]:
    title = f"{report.symbol} on {report.exchange}, {report.timeframe} candles"
    if report.page is not None:
        yield Sentence(title, "title")
        yield Sentence(f"{count(report.page.candles)} candles, {size(report.page.bytes)}: {report.page.path}")
        return
    candles = [r.ChartCandle.of(row) for row in report.candles]
    if candles:
        yield Chart(title, candles, newest=report.newest, ascii=report.ascii)
