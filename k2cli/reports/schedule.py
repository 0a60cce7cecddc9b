"""The report of `schedule`: the files that configure a scheduler."""

from dataclasses import dataclass

from k2cli.reports.base import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleFile:
    """A configuration file for the scheduler."""

    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleReport(Report):
    """The configuration files for one scheduler.

    Attributes:
        scheduler: ``crontab``, ``systemd`` or ``prefect``.
        files: The configuration files.
        folder: What the files were written to, a folder or the crontab; empty if they were not written.
    """

    command = "schedule"

    scheduler: str
    files: tuple[ScheduleFile, ...]
    folder: str = ""

    @property
    def tells_of_work(self) -> bool:
        """Whether the files were written; files that are only printed are an answer."""
        return bool(self.folder)

    @property
    def rows(self) -> tuple[ScheduleFile, ...]:
        """One row per file."""
        return self.files
