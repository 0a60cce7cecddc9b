"""The options that every command has; they may stand before or after the subcommand.

`command` adds these shared options to the signature of a function, so that Typer shows and parses them. The function
itself does not declare them; it receives a `Session` that was made from them.
"""

import inspect
from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer

from k2cli.commands import completion
from k2cli.commands.help import Command
from k2cli.session import Session, Shared
from k2cli.session.environment import Environment

PANEL = "Options of every command"


class Output(StrEnum):
    """Format of the result on stdout."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    NDJSON = "ndjson"
    LOG = "log"


class LogFormat(StrEnum):
    """Format of the messages on stderr."""

    TEXT = "text"
    JSON = "json"


def _option(*names: str, help: str, **more: Any) -> Any:  # noqa: A002, ANN401 - Typer's own names and types
    return typer.Option(*names, help=help, rich_help_panel=PANEL, show_default=False, **more)


_SHARED: dict[str, Any] = {
    "output": Annotated[
        Output | None, _option("--output", "-o", help="How the result is written; default: table; log: a line a run.")
    ],
    "engine": Annotated[
        str | None,
        _option("--engine", metavar="NAME", help="The engine; see k2 engines.", autocompletion=completion.engines),
    ],
    "config": Annotated[
        Path | None,
        _option("--config", metavar="FILE", help="Use this settings file instead of the nearest k2.toml."),
    ],
    "quiet": Annotated[
        bool, _option("--quiet", "-q", help="No progress, no messages but errors, no table of what was done.")
    ],
    "wide": Annotated[bool, _option("--wide", help="All columns of a table, also where the terminal is narrower.")],
    "verbose": Annotated[int, _option("--verbose", "-v", count=True, help="More messages; -vv: tracebacks too.")],
    "log_format": Annotated[LogFormat | None, _option("--log-format", help="Messages as text or as JSON lines.")],
}
_EMPTY: dict[str, Any] = {"quiet": False, "wide": False, "verbose": 0}

KNOWING = "Knowing that it runs"
_RECORDED: dict[str, Any] = {
    "report": Annotated[
        Path | None,
        typer.Option(
            "--report",
            metavar="FILE",
            help="Also write the JSON of --output json to this file, even where the run fails.",
            rich_help_panel=KNOWING,
            show_default=False,
        ),
    ],
    "metrics": Annotated[
        Path | None,
        typer.Option(
            "--metrics",
            metavar="FILE",
            help="Write metrics for Prometheus: FILE.prom for node_exporter's textfile collector.",
            rich_help_panel=KNOWING,
            show_default=False,
        ),
    ],
}
"""Options of the commands whose runs are recorded."""


def _parameters(options: dict[str, Any]) -> list[inspect.Parameter]:
    kind = inspect.Parameter.KEYWORD_ONLY
    return [
        inspect.Parameter(name, kind, default=_EMPTY.get(name), annotation=annotation)
        for name, annotation in options.items()
    ]


def _merged(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Merge the options given before and after a subcommand: the later ones win, except that `-v` adds up."""
    merged = before | {name: value for name, value in after.items() if value not in (None, False, 0)}
    merged["verbose"] = before.get("verbose", 0) + after["verbose"]
    return merged


def remember(function: Callable[..., None]) -> Callable[..., None]:
    """Return a callback for a group that takes the shared options and keeps them for the subcommand."""

    @wraps(function)
    def callback(context: typer.Context, **values: Any) -> None:  # noqa: ANN401
        shared = {name: values.pop(name) for name in _SHARED}
        environment = context.ensure_object(Environment)
        environment.spoken = _merged(environment.spoken, shared)
        function(**values)

    return _signed(callback, function)


def command(
    app: typer.Typer, name: str, *, panel: str | None = None, recorded: bool = False
) -> Callable[[Callable[..., None]], Callable[..., int]]:
    """Return a decorator that registers a function as a subcommand and calls it with a `Session`.

    Args:
        app: The group.
        name: Name of the subcommand.
        panel: The section of the help that lists it.
        recorded: Whether its runs are recorded (run log, metrics, ``--report``): those that change or validate tables.
    """

    def register(function: Callable[..., None]) -> Callable[..., int]:
        @wraps(function)
        def run(context: typer.Context, **values: Any) -> int:  # noqa: ANN401
            environment = context.ensure_object(Environment)
            shared = _merged(environment.spoken, {option: values.pop(option) for option in _SHARED})
            environment.command = context.command_path.partition(" ")[2]
            session = Session(environment, Shared(**shared))
            if not recorded:
                function(session, **values)
                return session.exit_code
            from k2cli.telemetry.recording import recording

            files = {option: values.pop(option) for option in _RECORDED}
            with recording(session, environment.command, rehearsal=bool(values.get("dry_run")), **files):
                function(session, **values)
            return session.exit_code

        _signed(run, function, _RECORDED if recorded else {})
        app.command(name, cls=Command, rich_help_panel=panel, no_args_is_help=False)(run)
        return run

    return register


def _signed(
    wrapper: Callable[..., Any], function: Callable[..., Any], more: dict[str, Any] | None = None
) -> Callable[..., Any]:
    """Give the wrapper the signature for Typer: context, the function's own options, `more`, and the shared ones."""
    own = [p for p in inspect.signature(function).parameters.values() if p.annotation is not Session]
    own = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own]
    context = inspect.Parameter("context", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)
    parameters = [context, *own, *_parameters(more or {}), *_parameters(_SHARED)]
    wrapper.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    wrapper.__annotations__ = {p.name: p.annotation for p in parameters}
    return wrapper
