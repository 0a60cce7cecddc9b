"""The run of one command: its settings, lake, clock, messages and result."""

import shlex
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
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
    from engines.domain.timeframe import Timeframe
    from engines.lake import Lake
    from k2cli.reports import Report
    from k2cli.session.progress import Progress
    from k2cli.settings import LoadedSettings, Settings


def program_version() -> str:
    """The installed version of k2-ohlcv."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("k2-ohlcv")
    except PackageNotFoundError:
        return "0+unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """The options that every command has, with the values given on the command line."""

    output: str | None = None
    engine: str | None = None
    config: Path | None = None
    quiet: bool = False
    wide: bool = False
    verbose: int = 0
    log_format: str | None = None


class Session:
    """What a command needs to do its job: settings, lake, clock, progress, questions, and the output of its report.

    Args:
        environment: The environment that the command runs in.
        shared: The options that every command has.

    Attributes:
        run_id: Identity of this run.
        exit_code: Exit code of the process; set by `finish`.
        endings: Functions to call when the run has ended, by a name for messages; each gets the failure, or None.
        opened: The lake of the run; None until it is opened.
        report: The report of the run; set by `finish`.
        concerned: Timeframes of the candle tables that the command brings up to date or looks at; set by `tables`.
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
        self.concerned: tuple[Timeframe, ...] = ()
        self.endings: dict[str, Callable[[Failure | None], None]] = {}
        environment.log_format = "log" if shared.output == "log" else shared.log_format or "text"
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
        """The settings with their origins, loaded at the first use."""
        environment = self._environment
        user_file = environment.user_file()
        return self._load(environment.variables, config=self._shared.config, user_file=user_file)

    @property
    def settings(self) -> "Settings":
        """The settings."""
        return self.loaded.settings

    @property
    def valid_settings(self) -> "Settings | None":
        """The settings; None where they are invalid, which stderr reports already."""
        try:
            return self.settings
        except UsageError:
            return None

    def tables(self, names: Iterable[str] | None) -> "tuple[Timeframe, ...]":
        """The timeframes that the command is for, see `Settings.timeframes`; they are remembered for its metrics."""
        self.concerned = self.settings.timeframes(names)
        self._environment.tables = tuple(map(self.settings.table_names().target, self.concerned))
        return self.concerned

    @property
    def catalog(self) -> str:
        """Address of the catalog with secrets masked; its name if it has no address."""
        from k2cli.language.redaction import mask_uri

        return mask_uri(self.settings.catalog.revealed().get("uri", self.settings.catalog.name))

    def isolated_settings(self, config: Path) -> "Settings":
        """The settings of one file; environment variables and other settings files are ignored."""
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
            settings: Settings to use instead of those of the session.
            create: Whether a local catalog may be created; otherwise it must exist.

        Raises:
            CatalogMissing: There is no catalog where the settings say.
            UsageError: The engine does not exist.
        """
        settings = settings or self.settings
        if not create:
            settings.refuse_absent_catalog()
        self._engine_name = settings.engine
        LOGGER.debug("engine %s, catalog %s", settings.engine, settings.catalog.name)
        self.opened = self._environment.open_lake(settings.engine, settings.engine_config(program_version()))
        return self.opened

    def clock(self, now: str | None = None) -> Clock:
        """The clock of the run: the system clock, or one that always returns the time of ``--now``."""
        machines = self._environment.clock
        return machines if now is None else fixed(parse_instant(now, option="--now", now=machines()))

    @contextmanager
    def progress(self, unit: str = "rows") -> Iterator["Progress"]:
        """Show progress bars on stderr while a job runs, if stderr is a terminal."""
        from k2cli.session.progress import Progress

        with Progress(unit=unit, quiet=self._shared.quiet) as progress:
            yield progress

    @property
    def attended(self) -> bool:
        """Whether a user can read a question and answer it: stdin and stderr are terminals."""
        return _attended()

    def confirmed(self, plan: "Report", *, option: str, typed: int = 0) -> bool:
        """Show a plan, ask whether to carry it out, and return the answer.

        Args:
            plan: The report of what would be done.
            option: The option that answers the question in advance, for the error message.
            typed: A number that has to be typed as the answer, so that nobody gives it by habit; 0: yes or no.

        Raises:
            UsageError: Standard input or stderr is not a terminal, so that nobody can answer.
        """
        from k2cli.rendering.output import table_text

        if not _attended():
            raise UsageError(
                "the plan cannot be confirmed: this is not a terminal",
                hint=f"look at it with --dry-run, then add {option}",
            )
        sys.stderr.write("".join(table_text(plan, wide=self._shared.wide)))
        if typed:
            return _typed(f"this takes more than it usually does: type {typed} to carry it out") == str(typed)
        return _answer("carry it out?", default=False)

    def agreed(self, question: str) -> bool:
        """Ask a question and return whether the answer is yes; False if there is no terminal to ask on."""
        return _attended() and _answer(question, default=True)

    def wait(self, seconds: float) -> None:
        """Let time pass, then clear the screen if the result is written to one, for the next look."""
        self._environment.wait(seconds)
        if sys.stdout.isatty():
            sys.stdout.write("\x1b[H\x1b[2J")

    def line(self, *more: str) -> str:
        """The command line as typed, with more options added, quoted for a shell."""
        return shlex.join(("k2", *self._environment.arguments, *more))

    def finish(self, report: "Report") -> None:
        """Write the report to stdout and its failures to stderr, and set the exit code.

        With ``--quiet``, a report that only confirms work done is not written, unless ``--output`` is given too. With
        ``--output log`` all stands in one line; ``-v`` adds the rows before it.
        """
        from k2cli.rendering.output import write

        self.report = self.stamped(report)
        if self.output == "log":
            if self._shared.verbose:
                write(self.report, "ndjson")
            write(self.report, "log")
        else:
            unasked = report.tells_of_work and self._shared.quiet and self._shared.output is None
            if not (unasked or report.on_stdout):
                write(self.report, self.output, wide=self._shared.wide)
            tell(report.failures, self._environment)
        self.exit_code = int(report.exit_code)

    def stamped(self, report: "Report") -> "Report":
        """The report with its common fields filled in: run, engine, start and duration."""
        return self._run.told(report, engine=self._engine_name)

    def failure(self, error: BaseException) -> Failure:
        """The failure that describes an exception, with secrets redacted."""
        return presentable(failure_of(error), self._environment)


def _attended() -> bool:
    """Whether a user can read a question and answer it: stdin and stderr are terminals."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def _typed(question: str) -> str:
    """Ask on stderr and return what was typed."""
    with redirect_stdout(sys.stderr):
        return str(typer.prompt(question, default="", show_default=False)).strip().replace(",", "")


def _answer(question: str, *, default: bool) -> bool:
    """Ask on stderr and return the answer; Typer's ``err=True`` would write a blank to stdout, before the result."""
    with redirect_stdout(sys.stderr):
        return typer.confirm(question, default=default)
