"""An exception as what the user reads, and as the exit code."""

import json
import sys
import traceback
from dataclasses import dataclass, replace
from typing import Any

import typer

from engines.errors import K2Error
from k2cli.exit_codes import ExitCode
from k2cli.language.redaction import redact
from k2cli.session.environment import Environment


class Terminated(BaseException):
    """SIGTERM came: unwind as Ctrl-C does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What went wrong.

    Attributes:
        message: What happened, and where.
        hint: How to fix it; may be empty.
        exit_code: What the process ends with.
    """

    message: str
    hint: str = ""
    exit_code: int


_COMMAND_LINE_ERROR = typer.BadParameter.__mro__[2]
"""The base of Typer's own errors. It has a public name only since Typer 0.29."""

_REPEATABLE = "nothing half-written is visible; the same command carries on"
_ENDS: tuple[tuple[type[BaseException], Failure], ...] = (
    (KeyboardInterrupt, Failure(message="interrupted", hint=_REPEATABLE, exit_code=ExitCode.INTERRUPTED)),
    (typer.Abort, Failure(message="interrupted", hint=_REPEATABLE, exit_code=ExitCode.INTERRUPTED)),
    (Terminated, Failure(message="terminated", hint=_REPEATABLE, exit_code=ExitCode.TERMINATED)),
    (MemoryError, Failure(message="out of memory", hint=_REPEATABLE, exit_code=ExitCode.UNAVAILABLE)),
)


def failure_of(error: BaseException) -> Failure:
    """Put an exception into words."""
    if isinstance(error, K2Error):
        return Failure(message=error.message, hint=error.hint, exit_code=error.exit_code)
    if isinstance(error, _COMMAND_LINE_ERROR):
        return _usage(error)
    if isinstance(error, OSError):
        return _operating_system(error)
    bug = Failure(
        message=f"this is a bug in k2: {type(error).__name__}: {error}".strip(),
        hint="run it again with -vv (or K2_DEBUG=1) for the traceback, and report it",
        exit_code=ExitCode.BUG,
    )
    return next((failure for kind, failure in _ENDS if isinstance(error, kind)), bug)


def _usage(error: Any) -> Failure:  # noqa: ANN401 - see _COMMAND_LINE_ERROR
    """Typer's own errors, which know the command they happened in."""
    context = getattr(error, "ctx", None)
    hint = f"see {context.command_path} --help" if context else "see k2 --help"
    text = error.format_message().replace("\n\t", " ").replace("Value error, ", "")
    return Failure(message=text, hint=hint, exit_code=ExitCode.USAGE)


def _operating_system(error: OSError) -> Failure:
    """A path that is wrong is the user's to mend; a full disk or a lost network is not, today."""
    where = f": {error.filename}" if error.filename else ""
    message = f"{error.strerror or error}{where}"
    if isinstance(error, FileNotFoundError | PermissionError | IsADirectoryError | NotADirectoryError):
        return Failure(message=message, hint="check the path and its permissions", exit_code=ExitCode.USAGE)
    return Failure(message=message, hint="try again later", exit_code=ExitCode.UNAVAILABLE)


def presentable(error: BaseException, environment: Environment) -> Failure:
    """Put an exception into words that hold no secret."""
    failure = failure_of(error)
    return replace(
        failure,
        message=redact(failure.message, environment.secrets),
        hint=redact(failure.hint, environment.secrets),
    )


def tell(error: BaseException, environment: Environment) -> int:
    """Write the failure to stderr, as text or JSON, and return its exit code."""
    failure = presentable(error, environment)
    message, hint = failure.message, failure.hint
    if not message and not environment.json_errors:
        return int(failure.exit_code)  # a group without a subcommand: Typer has printed the help
    if environment.traceback:
        text = "".join(traceback.format_exception(error))
        sys.stderr.write(redact(text, environment.secrets))
    if environment.json_errors:
        fields = {"message": message, "hint": hint, "exit_code": int(failure.exit_code)}
        line = json.dumps({"schema_version": 1, "error": fields}, ensure_ascii=False)
    elif environment.log_format == "json":
        line = _log_line(message, hint, failure, environment)
    else:
        line = f"error: {message}" + (f"\n hint: {hint}" if hint else "")
    sys.stderr.write(line + "\n")
    return int(failure.exit_code)


def _log_line(message: str, hint: str, failure: Failure, environment: Environment) -> str:
    from engines.domain.timeframe import isoformat

    line = {"ts": isoformat(environment.clock()), "level": "error", "message": message, "run_id": environment.run_id}
    return json.dumps(line | {"hint": hint, "exit_code": int(failure.exit_code)}, ensure_ascii=False)
