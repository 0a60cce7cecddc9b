"""A report becomes blocks; each file beside this one registers the views of one file of `k2cli.reports`."""

from collections.abc import Iterable
from functools import singledispatch

from k2cli.rendering.blocks import Block
from k2cli.reports import Report


@singledispatch
def view(report: Report) -> Iterable[Block]:
    """The blocks of a report."""
    raise NotImplementedError(f"no view for {type(report).__name__}")
