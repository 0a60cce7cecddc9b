"""`schedule`: what a scheduler is to be told."""

from dataclasses import dataclass

from k2cli.reports.base import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleFile:
    """A file for the scheduler."""

    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleReport(Report):
    """The files of one scheduler.

    Attributes:
        scheduler: ``crontab``, ``systemd`` or ``prefect``.
        files: The files.
        folder: Where they were written to; empty: nowhere.
    """

    command = "schedule"

    scheduler: str
    files: tuple[ScheduleFile, ...]
    folder: str = ""

    @property
    def tells_of_work(self) -> bool:
        """Whether something was done, files written to a folder; printed files are an answer."""
        return bool(self.folder)

    @property
    def rows(self) -> tuple[ScheduleFile, ...]:
        """A row a file."""
        return self.files
