"""What the command line finds around itself. The tests put another one in its place."""

import os
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
    """The user's own settings, where this system keeps such files."""
    import platformdirs

    return platformdirs.user_config_path("k2") / "k2.toml"


def open_installed(name: str, config: "EngineConfig") -> "Lake":
    """See `engines.registry.open_lake`."""
    from engines.registry import open_lake

    return open_lake(name, config)


def new_run_id() -> str:
    """Identity of a run."""
    return str(uuid.uuid4())


@dataclass(kw_only=True)
class Environment:
    """The world, and how the user asked us to speak to it.

    Attributes:
        arguments: The command line as typed, without ``k2``.
        variables: The environment variables.
        cwd: The working directory.
        clock: The machine's clock.
        new_run_id: Makes the identity of a run.
        open_lake: Opens a lake with the engine of a name.
        user_file: Finds the user's own settings file.
        run_id: Identity of this run.
        spoken: The global options given before the subcommand, by name.
        log_format: ``text`` or ``json``: how messages are written.
        json_errors: Whether errors are JSON, as `--output json` asks.
        traceback: Whether an error shows its traceback.
        secrets: Texts that must not be shown.
    """

    arguments: Sequence[str] = ()
    variables: Mapping[str, str] = field(default_factory=lambda: dict(os.environ), repr=False)
    cwd: Path = field(default_factory=Path.cwd)
    clock: Clock = system_clock
    new_run_id: Callable[[], str] = new_run_id
    open_lake: "Callable[[str, EngineConfig], Lake]" = open_installed
    user_file: Callable[[], Path | None] = user_settings_file

    run_id: str = ""
    spoken: dict[str, object] = field(default_factory=dict)
    log_format: str = "text"
    json_errors: bool = False
    traceback: bool = False
    secrets: set[str] = field(default_factory=set, repr=False)
