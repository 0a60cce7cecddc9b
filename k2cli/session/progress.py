"""Progress bars on stderr while a job runs, shown only if stderr is a terminal and `-q` is not given."""

import sys
from typing import TYPE_CHECKING, Self

from k2cli.session.logs import LOGGER

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID


class Progress:
    """The `engines.base.Observer` that shows progress as bars and writes messages to the log.

    Args:
        unit: Unit of the progress: ``rows`` or ``bytes``.
        quiet: Whether to show no bars.
    """

    def __init__(self, *, unit: str, quiet: bool) -> None:
        self._tasks: dict[str, TaskID] = {}
        self._bars: Bars | None = _bars(unit) if sys.stderr.isatty() and not quiet else None

    def __enter__(self) -> Self:
        if self._bars:
            self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bars:
            self._bars.stop()

    def started(self, table: str, total_rows: int) -> None:
        """Show a bar for a table or file; if it has one already, start that again."""
        if self._bars:
            if table in self._tasks:
                self._bars.remove_task(self._tasks[table])
            self._tasks[table] = self._bars.add_task(table, total=total_rows or None)

    def advanced(self, table: str, rows: int) -> None:
        """Advance the bar by a number of rows or bytes."""
        if self._bars and table in self._tasks:
            self._bars.advance(self._tasks[table], rows)

    def finished(self, table: str) -> None:
        """Remove the bar."""
        if self._bars and table in self._tasks:
            self._bars.remove_task(self._tasks.pop(table))

    def said(self, message: str) -> None:
        """Write a message to the log."""
        LOGGER.info(message)


def _bars(unit: str) -> "Bars":
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    count = DownloadColumn(binary_units=True) if unit == "bytes" else MofNCompleteColumn()
    columns = (TextColumn("{task.description}"), BarColumn(), count, TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)
