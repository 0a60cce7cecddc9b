"""The environment that a command runs in; tests replace it."""

import os
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from k2cli.language.times import Clock, system_clock

if TYPE_CHECKING:
    from engines.base import EngineConfig
    from engines.lake import Lake


def user_settings_file() -> Path:
    """Path of the user's own settings file, in the folder where this operating system keeps such files."""
    import platformdirs

    return platformdirs.user_config_path("k2") / "k2.toml"


def open_installed(name: str, config: "EngineConfig") -> "Lake":
    """Open a lake with an installed engine; see `engines.registry.open_lake`."""
    from engines.registry import open_lake

    return open_lake(name, config)


def new_run_id() -> str:
    """A new, random identity of a run."""
    return str(uuid.uuid4())


@dataclass(kw_only=True)
class Environment:
    """The environment that a command runs in, and how it is to write its messages.

    Attributes:
        arguments: The command line as typed, without ``k2``.
        variables: The environment variables.
        cwd: The working directory.
        clock: The system clock.
        wait: Lets seconds pass, between two looks of `status --watch`.
        new_run_id: Makes the identity of a run.
        open_lake: Opens a lake with the engine of the given name.
        user_file: Returns the path of the user's own settings file.
        run_id: Identity of this run.
        command: The command, without ``k2``; empty until it is known.
        tables: Names of the tables that it is for, where it names them.
        spoken: The shared options given before the subcommand, by name.
        log_format: Format of the messages: ``text``, ``json``, or ``log``: JSON, with the command and its tables.
        json_errors: Whether errors are written as JSON, as with `--output json`.
        traceback: Whether an error is shown with its traceback.
        secrets: Texts that must not be shown.
    """

    arguments: Sequence[str] = ()
    variables: Mapping[str, str] = field(default_factory=lambda: dict(os.environ), repr=False)
    cwd: Path = field(default_factory=Path.cwd)
    clock: Clock = system_clock
    wait: Callable[[float], None] = time.sleep
    new_run_id: Callable[[], str] = new_run_id
    open_lake: "Callable[[str, EngineConfig], Lake]" = open_installed
    user_file: Callable[[], Path | None] = user_settings_file

    run_id: str = ""
    command: str = ""
    tables: Sequence[str] = ()
    spoken: dict[str, object] = field(default_factory=dict)
    log_format: str = "text"
    json_errors: bool = False
    traceback: bool = False
    secrets: set[str] = field(default_factory=set, repr=False)
