"""The machine, settings and tables that doctor checks; each is loaded once, however many checks need it."""

from collections.abc import Callable
from functools import cached_property

from engines.domain.facts import TableFacts
from engines.domain.look import Look, SourceFacts
from engines.errors import K2Error, UsageError
from engines.lake import Lake
from k2cli.doctor.machine import Machine
from k2cli.language.times import Clock
from k2cli.settings import Settings


class Patient:
    """The machine, settings and tables that doctor checks, or the errors that keep them from being loaded.

    Args:
        machine: The machine.
        clock: The system clock.
        settings: Loads the settings.
        lake: Opens the lake.

    Attributes:
        machine: The machine.
        clock: The system clock.
    """

    def __init__(
        self, *, machine: Machine, clock: Clock, settings: Callable[[], Settings], lake: Callable[[], Lake]
    ) -> None:
        self.machine = machine
        self.clock = clock
        self._load, self._open = settings, lake

    @cached_property
    def settings(self) -> Settings | K2Error:
        """The settings, or the error raised by loading them."""
        try:
            return self._load()
        except K2Error as error:
            return error

    @cached_property
    def lake(self) -> Lake | K2Error:
        """The lake, or the error that keeps it from being opened."""
        if isinstance(self.settings, K2Error):
            return self.settings
        try:
            return self._open()
        except K2Error as error:
            return error

    @cached_property
    def tables(self) -> tuple[TableFacts, ...] | K2Error:
        """The metadata of the tables, or the error that keeps it from being read."""
        if isinstance(self.lake, K2Error):
            return self.lake
        try:
            return self.lake.inspect()
        except K2Error as error:
            return error

    @cached_property
    def source(self) -> SourceFacts | K2Error | None:
        """What the metadata of the source says, or the error that keeps it from being read.

        None where another check says why there is nothing to read: no catalog, no table, columns that do not fit,
        files that the engine cannot read.
        """
        lake, tables = self.lake, self.tables
        if isinstance(lake, K2Error) or isinstance(tables, K2Error):
            return None
        try:
            return lake.source_facts() if any(t.exists for t in tables if t.timeframe is None) else None
        except UsageError:
            return None
        except K2Error as error:
            return error

    @cached_property
    def look(self) -> Look | K2Error | None:
        """What the newest rows of the source are, or the error that hides them.

        None as for `source`, and where an engine outside of this process would have to be started to read them.
        """
        lake, facts = self.lake, self.source
        if isinstance(lake, K2Error) or not isinstance(facts, SourceFacts) or not lake.engine.in_process:
            return None
        try:
            return lake.look()
        except UsageError:
            return None
        except K2Error as error:
            return error
