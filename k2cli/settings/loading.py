"""Loading the settings of a command: pydantic-settings merges and checks them; this module adds their origins."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError
from pydantic_settings import BaseSettings

from engines.errors import UsageError
from k2cli.language.suggestions import did_you_mean
from k2cli.settings.foreign import PyIceberg
from k2cli.settings.model import PLACES, SECTIONS, Settings
from k2cli.settings.options import declaration
from k2cli.settings.places import ENGINES, PROPERTIES, Arguments, File, Local, Place, Variables, dotted, find_file


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedSettings:
    """Settings and their origins.

    Attributes:
        settings: The settings.
        origins: Where each value was set, by dotted key; keys that are missing here have their default value.
        folder: The project's folder: that of its ``k2.toml``, else the working directory.
        file: The settings file in use: that of ``--config``, or the nearest ``k2.toml``; None: there is none.
    """

    settings: Settings
    origins: Mapping[str, str]
    folder: Path
    file: Path | None = None


def load_settings(
    *,
    flags: Mapping[str, Any] = MappingProxyType({}),
    arguments: Mapping[str, Any] = MappingProxyType({}),
    variables: Mapping[str, str],
    cwd: Path,
    config: Path | None = None,
    user_file: Path | None = None,
) -> LoadedSettings:
    """Load the settings of a command.

    Args:
        flags: Values given on the command line, by setting; None for a flag that was not given.
        arguments: Settings and sections that were given to `k2cli.open`.
        variables: The environment variables.
        cwd: The working directory.
        config: File given by ``--config``, used in place of the nearest ``k2.toml``.
        user_file: The user's own settings file, which need not exist.

    Raises:
        UsageError: A key is unknown or a value is invalid, or a settings file is missing or unreadable; the message
            names the place.
    """
    project_file = _named_file(cwd / config.expanduser()) if config else find_file(cwd)
    folder = project_file.parent if project_file else cwd
    places: list[Place] = []

    def make_places(settings: type[BaseSettings]) -> list[Place]:
        places.append(Arguments(settings, arguments, cwd))
        places.append(Variables(settings, variables, cwd))
        places.extend(File(settings, path) for path in (project_file, user_file) if path)
        places.extend((PyIceberg(settings, variables), Local(settings, folder)))
        return places

    given = {key: value for key, value in flags.items() if value is not None}
    token = PLACES.set(make_places)
    try:
        settings = Settings(**given)
    except ValidationError as error:
        raise _usage_error(error, _origins(given, places)) from None
    finally:
        PLACES.reset(token)
    return LoadedSettings(settings=settings, origins=_origins(given, places), folder=folder, file=project_file)


def _named_file(path: Path) -> Path:
    if not path.is_file():
        raise UsageError(f"there is no settings file {path.resolve()}", hint="check the path")
    return path.resolve()


def _origins(flags: Mapping[str, Any], places: Sequence[Place]) -> dict[str, str]:
    """Origin of each value by dotted key: the first settings source that has the key."""
    origins = {key: f"flag --{key}" for key in flags}
    for place in places:
        for key, _ in dotted(place()):
            if origin := place.origin(key):
                origins.setdefault(key, origin)
    return origins


def _known_beside(path: Sequence[str]) -> Iterable[str]:
    """The known keys of the section in which an unknown key was written."""
    if path[0] == ENGINES and (declared := declaration(path[1])):
        return declared.keys
    known: Iterable[str] = SECTIONS.get(path[0], Settings).model_fields
    return known


def _usage_error(error: ValidationError, origins: Mapping[str, str]) -> UsageError:
    """Describe the first validation error. Values are left out because they may be secret, except invalid choices."""
    fault = error.errors(include_url=False)[0]
    path = [str(part) for part in fault["loc"]]
    key = ".".join(path) if ".".join(path[:2]) == PROPERTIES or path[0] == ENGINES else ".".join(path[:2])
    text, hint = f"{key}: {fault['msg'].removeprefix('Value error, ')}", ""
    if fault["type"] == "extra_forbidden":
        text, hint = f"unknown key {key!r}", did_you_mean(path[-1], _known_beside(path))
    elif fault["type"] in {"literal_error", "enum"}:
        words = [word.strip("' ") for word in fault["ctx"]["expected"].replace(" or ", ", ").split(",")]
        text, hint = f"{key} cannot be {fault['input']!r}", did_you_mean(str(fault["input"]), words)
    elif fault["type"] == "string_pattern_mismatch":
        text = f"{key}: only letters, digits and underscores make a name"
    # An error about a whole section always comes from its type (a catalog without a uri), so try the origin of that.
    names = [key, f"{key}.type", *(name for name in origins if name.startswith(f"{key}."))]
    place = next((origins[name] for name in names if name in origins), "settings")
    return UsageError(f"{place}: {text}", hint=hint)
