"""Conversion of exceptions to failures, and of failures to messages on stderr and exit codes."""

import json
import sys
import traceback
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import typer

from engines.errors import Failure, K2Error
from k2cli.exit_codes import ExitCode
from k2cli.language.redaction import redact
from k2cli.session.environment import Environment
from k2cli.session.foreign_options import translated


class Terminated(BaseException):
    """Raised on SIGTERM, so that the program unwinds as it does on Ctrl-C."""


COMMAND_LINE_ERROR = typer.BadParameter.__mro__[2]
"""The base of Typer's own errors. It has a public name only since Typer 0.29."""

_REPEATABLE = "nothing half-written is visible; the same command carries on"
_ENDS: tuple[tuple[type[BaseException], Failure], ...] = (
    (KeyboardInterrupt, Failure(message="interrupted", hint=_REPEATABLE, exit_code=ExitCode.INTERRUPTED)),
    (typer.Abort, Failure(message="interrupted", hint=_REPEATABLE, exit_code=ExitCode.INTERRUPTED)),
    (Terminated, Failure(message="terminated", hint=_REPEATABLE, exit_code=ExitCode.TERMINATED)),
    (MemoryError, Failure(message="out of memory", hint=_REPEATABLE, exit_code=ExitCode.UNAVAILABLE)),
)


def failure_of(error: BaseException) -> Failure:
    """Return the failure that describes an exception: message, hint and exit code."""
    if isinstance(error, K2Error):
        return error.failure
    if isinstance(error, COMMAND_LINE_ERROR):
        return _usage(error)
    if isinstance(error, OSError):
        return _operating_system(error)
    bug = Failure(
        message=f"this is a bug in k2: {type(error).__name__}: {error}".strip(),
        hint="run it again with -vv (or K2_DEBUG=1) for the traceback, and report it",
        exit_code=ExitCode.BUG,
    )
    return next((failure for kind, failure in _ENDS if isinstance(error, kind)), bug)


def _usage(error: Any) -> Failure:  # noqa: ANN401 - see COMMAND_LINE_ERROR
    """The failure of an error raised by Typer; its hint names the help of the command in which it happened."""
    context = getattr(error, "ctx", None)
    hint = f"see {context.command_path} --help" if context else "see k2 --help"
    option = getattr(error, "option_name", "")
    if (
        option
        and context
        and isinstance(context.obj, Environment)
        and (line := translated(context.obj.arguments, option))
    ):
        hint = f"--output is the format of the result: {line}"
    text = error.format_message().replace("\n\t", " ").replace("Value error, ", "")
    return Failure(message=text, hint=hint, exit_code=ExitCode.USAGE)


def _operating_system(error: OSError) -> Failure:
    """The failure of an OSError: a wrong path is a usage error, anything else (a full disk) may pass by itself."""
    where = f": {error.filename}" if error.filename else ""
    message = f"{error.strerror or error}{where}"
    if isinstance(error, FileNotFoundError | PermissionError | IsADirectoryError | NotADirectoryError):
        return Failure(message=message, hint="check the path and its permissions", exit_code=ExitCode.USAGE)
    return Failure(message=message, hint="try again later", exit_code=ExitCode.UNAVAILABLE)


def presentable(failure: Failure, environment: Environment) -> Failure:
    """The failure with secrets redacted that a library may have put into its message."""
    secrets = environment.secrets
    return replace(failure, message=redact(failure.message, secrets), hint=redact(failure.hint, secrets))


def end(error: BaseException, environment: Environment) -> int:
    """Write an exception to stderr, with its traceback if that was asked for, and return its exit code."""
    failure = failure_of(error)
    if not failure.message and not environment.json_errors:
        return int(failure.exit_code)  # a group without a subcommand: Typer has printed the help
    if environment.traceback:
        sys.stderr.write(redact("".join(traceback.format_exception(error)), environment.secrets))
    tell([failure], environment)
    return int(failure.exit_code)


def tell(failures: Iterable[Failure], environment: Environment) -> None:
    """Write failures to stderr in the order given: as text, as log lines, or as one JSON object each."""
    for failure in failures:
        sys.stderr.write(_told(presentable(failure, environment), environment) + "\n")


def _told(failure: Failure, environment: Environment) -> str:
    level = "error" if failure.exit_code else "warning"
    more = {"hint": failure.hint, "exit_code": int(failure.exit_code)}
    if environment.json_errors:
        from k2cli.rendering.encoding import SCHEMA_VERSION

        line = {"schema_version": SCHEMA_VERSION, level: {"message": failure.message, **more}}
    elif environment.log_format in {"json", "log"}:
        from engines.domain.timeframe import isoformat

        line = {"ts": isoformat(environment.clock()), "level": level, "message": failure.message}
        of = {"command": environment.command, "table": ", ".join(environment.tables)}
        line |= {"run_id": environment.run_id, **(of if environment.log_format == "log" else {}), **more}
    else:
        return f"{level}: {failure.message}" + (f"\n hint: {failure.hint}" if failure.hint else "")
    return json.dumps(line, ensure_ascii=False)
