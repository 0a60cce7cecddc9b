"""The settings sources: variables, arguments, TOML files and local defaults, each of which knows its values' origins.

Relative paths are made absolute here, where it is still known what they are relative to.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic_settings import BaseSettings, EnvSettingsSource, InitSettingsSource, TomlConfigSettingsSource

from engines.errors import UsageError
from engines.registry import engine_names
from k2cli.language.suggestions import did_you_mean
from k2cli.settings import locations
from k2cli.settings.foreign import PyIceberg
from k2cli.settings.former import in_present_places, present_variable
from k2cli.settings.model import SECTIONS, Settings
from k2cli.settings.options import Declaration, declaration
from k2cli.settings.timeframes import is_timeframe
from k2cli.settings.values import names_in

FILE_NAME = "k2.toml"
PREFIX = "K2_"
PROPERTY = "K2_CATALOG__PROPERTIES__"
COLUMN = "K2_TRADES__COLUMNS__"
OF_ENGINES = "K2_ENGINES__"
OTHER_VARIABLES = ("K2_DEBUG",)
"""`K2_*` environment variables that are not settings."""

_PATHS = (("trades", "layouts"), ("runs", "log"), ("runs", "metrics"), ("lineage", "transport"))
"""Settings (section, key) that are a path, or a word such as ``auto`` or ``none`` in place of one."""

PROPERTIES = "catalog.properties"
"""The section whose keys are names of PyIceberg's catalog properties."""

_BY_TIMEFRAME = ("retention", "lag")
"""Sections whose keys are timeframes."""

ENGINES = "engines"
"""The section that holds a section for each engine, with the options that the engine declares."""

Values = dict[str, Any]


class Variables(EnvSettingsSource):
    """The ``K2_*`` environment variables; ``__`` separates section and key.

    After ``K2_CATALOG__PROPERTIES__`` the name is that of a PyIceberg property: ``__`` is a dot, ``_`` a dash.

    Raises:
        UsageError: A ``K2_*`` variable is not a setting, or two variables set one setting to different values.
    """

    def __init__(self, settings: type[BaseSettings], variables: Mapping[str, str], cwd: Path) -> None:
        self._base = cwd
        self._written = _written({name for name in variables if name.startswith(PREFIX)}, variables)
        known = [*map(variable_name, known_keys()), *OTHER_VARIABLES]
        for name, written in self._written.items():
            options = _variables_of_engine(name)
            free = name.startswith((PROPERTY, COLUMN)) or _is_undeclared(name) or _is_by_timeframe(name)
            if name not in {*known, *options} and not free:
                hint = did_you_mean(name, options or [*known, f"{PROPERTY}<NAME>"])
                raise UsageError(f"environment variable {written} is no setting of k2", hint=hint)
        self._values = {name.lower(): variables[written] for name, written in self._written.items()}
        super().__init__(settings)

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return dict(self._values)

    def __call__(self) -> Values:
        """The settings in the environment variables, by section."""
        values = super().__call__()
        properties = values.get("catalog", {}).get("properties", {})
        for name in list(properties):
            properties[name.replace("__", ".").replace("_", "-")] = properties.pop(name)
        installed = {name.replace("-", "_"): name for name in (engine_names() if ENGINES in values else ())}
        if ENGINES in values:
            values[ENGINES] = {installed.get(name, name): options for name, options in values[ENGINES].items()}
        return _anchored(values, self._base)

    def origin(self, key: str) -> str:
        """The environment variable that sets a key, for example ``env K2_ENGINE``."""
        name = variable_name(key)
        return f"env {self._written.get(name, name)}"


def _written(ours: Iterable[str], variables: Mapping[str, str]) -> dict[str, str]:
    """Names of the variables as they are set, by their current name.

    Raises:
        UsageError: Two variables for the same setting have different values.
    """
    found: dict[str, str] = {}
    for name in sorted(ours):
        present = present_variable(name, PREFIX)
        other = found.setdefault(present, name)
        if variables[other] != variables[name]:
            raise UsageError(f"{other} and {name} are one setting, and differ", hint=f"keep {present} alone")
    return found


def _variables_of_engine(name: str) -> list[str]:
    """Variables of all options of the engine that a variable belongs to; empty if that engine is not installed."""
    for engine in engine_names() if name.startswith(OF_ENGINES) else ():
        if name.startswith(f"{variable_name(f'{ENGINES}.{engine}')}__") and (found := declaration(engine)):
            return [variable_name(f"{ENGINES}.{engine}.{key}") for key in found.keys if key not in found.free]
    return []


def _is_undeclared(name: str) -> bool:
    """Whether a variable is an option of an engine that is not installed, so that it cannot be checked."""
    engine, _, option = name.removeprefix(OF_ENGINES).partition("__")
    return name.startswith(OF_ENGINES) and bool(engine and option) and not _variables_of_engine(name)


def _is_by_timeframe(name: str) -> bool:
    """Whether a variable sets a retention or a lag; its timeframe need not be a default one."""
    section, _, timeframe = name.removeprefix(PREFIX).lower().partition("__")
    return section in _BY_TIMEFRAME and is_timeframe(timeframe)


def variable_name(key: str) -> str:
    """Name of the environment variable for a dotted key."""
    return PREFIX + key.upper().replace(".", "__").replace("-", "_")


class Arguments(InitSettingsSource):
    """Settings given to `k2cli.open`, nested like the sections of a TOML file."""

    def __init__(self, settings: type[BaseSettings], arguments: Mapping[str, Any], cwd: Path) -> None:
        values = in_present_places(arguments, "arguments")
        _refuse_values(values, "argument ", hint="give {key} a mapping")
        super().__init__(settings, _anchored(values, cwd))

    def origin(self, key: str) -> str:
        """The argument that sets a key, for example ``argument engine``."""
        return f"argument {key}"


class File(TomlConfigSettingsSource):
    """The settings of a TOML file; empty if the file does not exist.

    Raises:
        UsageError: The file cannot be read, is not TOML, or has a value where a section belongs.
    """

    def __init__(self, settings: type[BaseSettings], path: Path) -> None:
        self._path = path
        super().__init__(settings, path)

    def _read_file(self, file_path: Any) -> Values:  # noqa: ANN401 - a Path, or what newer versions take for one too
        try:
            return in_present_places(tomllib.loads(file_path.read_text(encoding="utf-8-sig")), str(file_path))
        except tomllib.TOMLDecodeError as error:
            line = re.search(r"at line (\d+)", str(error))
            where = f"{file_path}:{line[1]}" if line else f"{file_path} (at its end)"
            raise UsageError(f"{where} is not TOML: {error}", hint="see https://toml.io") from error
        except UnicodeDecodeError as error:
            raise UsageError(f"{file_path} is not UTF-8 text", hint="save it as UTF-8") from error
        except OSError as error:
            message = f"settings file {file_path} cannot be read: {error.strerror}"
            raise UsageError(message, hint="check its permissions") from error

    def __call__(self) -> Values:
        """The settings in the file, by section."""
        values = super().__call__()
        _refuse_values(values, f"{self._path}: ", hint="write [{key}] on a line of its own")
        return _anchored(values, self._path.parent)

    def origin(self, key: str) -> str:  # noqa: ARG002 - every key is written in the one file
        """Path of the file."""
        return str(self._path)


class Local(InitSettingsSource):
    """The default catalog, SQLite in the project's folder with a warehouse beside it, for what no other source set."""

    def __init__(self, settings: type[BaseSettings], folder: Path) -> None:
        super().__init__(settings, {})
        self._folder = folder

    def __call__(self) -> Values:
        """The catalog settings that the higher-ranked sources left open."""
        catalog = self.current_state.get("catalog", {})
        near = {}
        if catalog.get("type", "sql") == "sql" and "uri" not in {*catalog, *catalog.get("properties", ())}:
            near = {"type": "sql", "uri": locations.default_uri(self._folder)}
        if warehouse := locations.default_warehouse(str((near | catalog).get("uri", ""))):
            near["warehouse"] = warehouse
        return {"catalog": near}

    def origin(self, key: str) -> str:  # noqa: ARG002 - nothing of it is written anywhere
        """The empty string: defaults have no origin."""
        return ""


Place = Arguments | Variables | File | PyIceberg | Local


def _refuse_values(values: Mapping[str, Any], place: str, *, hint: str) -> None:
    """Raise `UsageError` if there is a plain value where a section belongs."""
    for key, value in dotted(values):
        if _is_section(key) and value != {}:
            raise UsageError(f"{place}{key!r} is a section, not a value", hint=hint.format(key=key))


def dotted(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the dotted keys of nested sections with their values; an empty section is yielded as a value."""
    for name, value in values.items():
        if isinstance(value, Mapping) and value:
            yield from dotted(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def known_keys() -> list[str]:
    """All dotted keys except `catalog.properties` and `engines`, whose keys PyIceberg and the engines define."""
    return [key for key, _ in dotted(Settings.model_construct().model_dump()) if key not in (PROPERTIES, ENGINES)]


def _is_section(key: str) -> bool:
    """Whether a dotted key is the name of a section, whatever its value."""
    group, *rest = key.split(".")
    if group == ENGINES and len(rest) == 2:
        found = declaration(rest[0])
        return found is not None and rest[1] in found.free
    return key in SECTIONS or key == PROPERTIES or (group == ENGINES and len(rest) == 1)


def _anchored(values: Values, base: Path) -> Values:
    """Return settings with local paths made absolute, and PyIceberg's and the engines' mappings with dotted keys.

    Args:
        values: Settings by section.
        base: Folder that relative paths start from.
    """
    found = {name: dict(section) for name, section in values.items() if isinstance(section, Mapping)}
    catalog = found.get("catalog", {})
    if isinstance(catalog.get("uri"), str):
        catalog["uri"] = locations.absolute_uri(catalog["uri"], base)
    if isinstance(catalog.get("warehouse"), str):
        catalog["warehouse"] = locations.absolute_warehouse(catalog["warehouse"], base)
    if "properties" in catalog:
        catalog["properties"] = _in_one_level(catalog["properties"])
    for section, name in _PATHS:
        if isinstance(path := found.get(section, {}).get(name), str):
            found[section][name] = locations.absolute_path(path, base)
    for engine, options in found.get(ENGINES, {}).items():
        if isinstance(options, Mapping) and (declared := declaration(engine)):
            found[ENGINES][engine] = {name: _option(declared, name, value, base) for name, value in options.items()}
    return values | found


def _option(declared: Declaration, name: str, value: object, base: Path) -> object:
    if name in declared.free:
        return _in_one_level(value)
    if name not in declared.paths:
        return value
    parts = names_in(value) if name in declared.lists else value
    if isinstance(parts, list | tuple):
        return [locations.absolute_path(str(part), base) for part in parts]
    return locations.absolute_path(parts, base) if isinstance(parts, str) else parts


def _in_one_level(section: object) -> object:
    """Flatten a nested section to dotted keys, because TOML reads a bare `s3.endpoint = …` as a section `s3`."""
    return dict(dotted(section)) if isinstance(section, Mapping) else section


def find_file(start: Path) -> Path | None:
    """The nearest ``k2.toml`` in a folder or the folders above it; None if there is none."""
    return next((found for folder in (start, *start.parents) if (found := folder / FILE_NAME).is_file()), None)
