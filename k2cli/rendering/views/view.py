"""The function `view`, with which the other modules here register their views of reports."""

from collections.abc import Iterable
from functools import singledispatch

from k2cli.rendering.blocks import Block
from k2cli.reports import Report


@singledispatch
def view(report: Report) -> Iterable[Block]:
    """Return the blocks that show a report."""
    raise NotImplementedError(f"no view for {type(report).__name__}")
