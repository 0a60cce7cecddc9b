"""The settings of a command: pydantic-settings merges and checks them; this tells where each came from."""

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
        settings: The values.
        origins: Dotted key to the place it was set; keys that are not in it are defaults.
        folder: The project's folder: that of its ``k2.toml``, else the working directory.
        file: The settings file in force: ``--config``, or the nearest ``k2.toml``; None: there is none.
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
    """The settings of a command.

    Args:
        flags: Setting to what was given on the command line; None where nothing was.
        arguments: Settings and sections that were given to `k2cli.open`.
        variables: The environment.
        cwd: The working directory.
        config: ``--config``: this file in place of the nearest ``k2.toml``.
        user_file: The user's own file, which need not exist.

    Raises:
        UsageError: Something written is no setting, or has the wrong type; says where.
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
    """Where each value was taken from: the first place that gives it."""
    origins = {key: f"flag --{key}" for key in flags}
    for place in places:
        for key, _ in dotted(place()):
            if origin := place.origin(key):
                origins.setdefault(key, origin)
    return origins


def _known_beside(path: Sequence[str]) -> Iterable[str]:
    """The keys that there are where an unknown one is written."""
    if path[0] == ENGINES and (declared := declaration(path[1])):
        return declared.keys
    known: Iterable[str] = SECTIONS.get(path[0], Settings).model_fields
    return known


def _usage_error(error: ValidationError, origins: Mapping[str, str]) -> UsageError:
    """The first fault in words; the value is not repeated, for it may be a secret."""
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
    # A section as a whole is only ever at fault for what its type calls for.
    names = [key, f"{key}.type", *(name for name in origins if name.startswith(f"{key}."))]
    place = next((origins[name] for name in names if name in origins), "settings")
    return UsageError(f"{place}: {text}", hint=hint)
