"""The view of the files of a schedule."""

from collections.abc import Iterator

from k2cli import reports as r
from k2cli.rendering.blocks import Block, Sentence, table
from k2cli.rendering.views.view import view


@view.register
def _(report: r.ScheduleReport) -> Iterator[Block]:
    if report.folder and report.scheduler == "crontab":
        first = report.files[0].text.partition("\n")[0]
        yield Sentence(f"written into your crontab below its line {first!r}; the other lines stay as they were", "good")
        return
    if report.folder:
        yield table("written", rows=[(f.name,) for f in report.files])
        yield Sentence(f"into {report.folder}", "good")
        return
    for f in report.files:
        if len(report.files) > 1:
            yield Sentence(f"# --- {f.name} ---", "title")
        yield Sentence(f.text)
