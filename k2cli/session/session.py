"""One command being carried out: its settings, its lake, its clock, and its way to speak."""

import shlex
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from engines.errors import Failure, UsageError
from k2cli.language.times import Clock, fixed, parse_instant
from k2cli.session.environment import Environment
from k2cli.session.failures import failure_of, presentable, tell
from k2cli.session.logs import LOGGER, configure

if TYPE_CHECKING:
    from engines.lake import Lake
    from k2cli.reports import Report
    from k2cli.session.progress import Progress
    from k2cli.settings import LoadedSettings, Settings


def program_version() -> str:
    """The installed version."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("k2-ohlcv")
    except PackageNotFoundError:
        return "0+unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """The options of every command, as given."""

    output: str | None = None
    engine: str | None = None
    config: Path | None = None
    quiet: bool = False
    wide: bool = False
    verbose: int = 0
    log_format: str | None = None


class Session:
    """What a command asks for to do its job.

    Args:
        environment: The world.
        shared: The options of every command.

    Attributes:
        run_id: Identity of this run.
        exit_code: What the process is to end with; set by `finish`.
        endings: What is to be done when the run has ended, by name: each is given the failure, or None.
        opened: The lake of the run, once it is open.
        report: What the run came to; set by `finish`.
    """

    def __init__(self, environment: Environment, shared: Shared) -> None:
        from k2cli.reports.run import Run

        self._environment = environment
        self._shared = shared
        self._engine_name = ""
        self.opened: Lake | None = None
        self.report: Report | None = None
        self.run_id = environment.run_id = environment.new_run_id()
        self._run = Run(run_id=self.run_id, began=environment.clock())
        self.exit_code = 0
        self.endings: dict[str, Callable[[Failure | None], None]] = {}
        environment.log_format = shared.log_format or "text"
        environment.json_errors = shared.output == "json"
        environment.traceback = environment.traceback or shared.verbose > 1
        configure(environment, quiet=shared.quiet, verbose=shared.verbose)

    @property
    def cwd(self) -> Path:
        """The working directory."""
        return self._environment.cwd

    @property
    def variables(self) -> Mapping[str, str]:
        """The environment variables."""
        return self._environment.variables

    @property
    def output(self) -> str:
        """The format of the result."""
        return self._shared.output or "table"

    @cached_property
    def loaded(self) -> "LoadedSettings":
        """The settings with their origins."""
        environment = self._environment
        user_file = environment.user_file()
        return self._load(environment.variables, config=self._shared.config, user_file=user_file)

    @property
    def settings(self) -> "Settings":
        """The settings."""
        return self.loaded.settings

    @property
    def catalog(self) -> str:
        """The catalog's address, fit to be shown."""
        from k2cli.language.redaction import mask_uri

        return mask_uri(self.settings.catalog.revealed().get("uri", self.settings.catalog.name))

    def isolated_settings(self, config: Path) -> "Settings":
        """The settings of one file alone: no variable, no other file can lead them elsewhere."""
        return self._load({}, config=config, user_file=None).settings

    def _load(self, variables: Mapping[str, str], *, config: Path | None, user_file: Path | None) -> "LoadedSettings":
        from k2cli.settings import load_settings

        flags = {"engine": self._shared.engine}
        loaded = load_settings(flags=flags, variables=variables, cwd=self.cwd, config=config, user_file=user_file)
        self._environment.secrets |= loaded.settings.secrets()
        return loaded

    def lake(self, settings: "Settings | None" = None, *, create: bool = False) -> "Lake":
        """The lake that the settings name, opened with the engine that they name.

        Args:
            settings: Other settings than the session's.
            create: Whether the local catalog may be made; otherwise it must be there.

        Raises:
            CatalogMissing: There is no catalog where the settings say.
            UsageError: There is no such engine.
        """
        settings = settings or self.settings
        if not create:
            settings.refuse_absent_catalog()
        self._engine_name = settings.engine
        LOGGER.debug("engine %s, catalog %s", settings.engine, settings.catalog.name)
        self.opened = self._environment.open_lake(settings.engine, settings.engine_config(program_version()))
        return self.opened

    def clock(self, now: str | None = None) -> Clock:
        """The clock of the run: the machine's, or one that stands at ``--now``."""
        machines = self._environment.clock
        return machines if now is None else fixed(parse_instant(now, option="--now", now=machines()))

    @contextmanager
    def progress(self, unit: str = "rows") -> Iterator["Progress"]:
        """Bars on stderr while a job runs, where a person looks on."""
        from k2cli.session.progress import Progress

        with Progress(unit=unit, quiet=self._shared.quiet) as progress:
            yield progress

    def confirmed(self, plan: "Report", *, option: str) -> bool:
        """Show a plan and ask whether to carry it out.

        Args:
            plan: What is to be done.
            option: What answers the question beforehand.

        Raises:
            UsageError: Nobody is there to answer.
        """
        from k2cli.rendering.output import table_text

        if not _attended():
            raise UsageError(
                "the plan cannot be confirmed: this is not a terminal",
                hint=f"look at it with --dry-run, then add {option}",
            )
        sys.stderr.write("".join(table_text(plan, wide=self._shared.wide)))
        return _answer("carry it out?", default=False)

    def agreed(self, question: str) -> bool:
        """Whether somebody is there and answers the question with yes."""
        return _attended() and _answer(question, default=True)

    def line(self, *more: str) -> str:
        """The command line as typed, with more options, to be pasted."""
        return shlex.join(("k2", *self._environment.arguments, *more))

    def finish(self, report: "Report") -> None:
        """Write the report to stdout and its failures to stderr, and take over its exit code."""
        from k2cli.rendering.output import write

        self.report = self.stamped(report)
        if not (report.tells_of_work and self._shared.quiet and self._shared.output is None):
            write(self.report, self.output, wide=self._shared.wide)
        tell(report.failures, self._environment)
        self.exit_code = int(report.exit_code)

    def stamped(self, report: "Report") -> "Report":
        """The report, with what every report has."""
        return self._run.told(report, engine=self._engine_name)

    def failure(self, error: BaseException) -> Failure:
        """An exception as it may be written down."""
        return presentable(failure_of(error), self._environment)


def _attended() -> bool:
    """Whether somebody is there to read a question and to answer it."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def _answer(question: str, *, default: bool) -> bool:
    """The answer to a question on stderr; Typer's own ``err=True`` leaves a blank on stdout, before the result."""
    with redirect_stdout(sys.stderr):
        return typer.confirm(question, default=default)
