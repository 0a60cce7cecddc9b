"""Bars on stderr while a job runs: only where stderr is a terminal, and not with `-q`."""

import sys
from typing import TYPE_CHECKING, Self

from k2cli.session.logs import LOGGER

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID


class Progress:
    """Hears how far a job is (`engines.base.Observer`) and shows it; sentences go to the log.

    Args:
        unit: What is counted: ``rows`` or ``bytes``.
        quiet: Show nothing.
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
        """A bar begins; one that had begun starts again."""
        if self._bars:
            if table in self._tasks:
                self._bars.remove_task(self._tasks[table])
            self._tasks[table] = self._bars.add_task(table, total=total_rows or None)

    def advanced(self, table: str, rows: int) -> None:
        """It grows."""
        if self._bars and table in self._tasks:
            self._bars.advance(self._tasks[table], rows)

    def finished(self, table: str) -> None:
        """It is done and goes."""
        if self._bars and table in self._tasks:
            self._bars.remove_task(self._tasks.pop(table))

    def said(self, message: str) -> None:
        """A sentence for people."""
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
