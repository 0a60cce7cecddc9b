"""The view of past runs."""

from collections.abc import Iterator

from k2cli import reports as r
from k2cli.language.words import count, duration, minute, second
from k2cli.rendering.blocks import Block, Narrow, Sentence, table
from k2cli.rendering.views.view import view


@view.register
def _(report: r.RunsReport) -> Iterator[Block]:
    if report.runs:
        rows = [
            (second(run.started), run.command, str(run.exit_code), duration(run.seconds), run.said, run.run_id)
            for run in report.runs
        ]
        narrow = Narrow(
            short={
                "started": [minute(run.started) for run in report.runs],
                "run": [run.run_id.partition("-")[0] for run in report.runs],
            },
            note="times are UTC; of run ids the beginning",
            expendable=("run", "time"),
        )
        names = ("started", "command", "exit", "time", "what", "run")
        yield table(*names, rows=rows, right=("exit", "time"), wraps=("what",), narrow=narrow)
    else:
        yield Sentence("there are no such runs")
    if report.unreadable:
        yield Sentence(f"{count(report.unreadable)} lines of the log are no records", "warning")
    yield Sentence(f"run log: {report.log}")
