"""The view of the checks of `k2 doctor`."""

from collections.abc import Iterator

from k2cli import reports as r
from k2cli.rendering.blocks import Block, Sentence, table
from k2cli.rendering.views.source import source
from k2cli.rendering.views.view import view


@view.register
def _(report: r.DoctorReport) -> Iterator[Block]:
    rows = [(check.name, check.health.value, check.found) for check in report.checks]
    if not report.quick:
        yield table("check", "state", "found", rows=rows, wraps=("found",))
    if report.source is not None:
        yield Sentence("")
        yield from source(report.source)
        yield Sentence("")
    for check in report.checks:
        if check.fix:
            yield Sentence(f"{check.name}: {check.found}", "bad" if check.exit_code else "warning")
            yield Sentence(f"  {check.fix}", "command")
    failed = sum(1 for check in report.checks if check.exit_code)
    if failed:
        yield Sentence(f"{failed} of {len(report.checks)} checks failed", "bad")
    else:
        yield Sentence(f"{len(report.checks)} checks: nothing failed", "good")
