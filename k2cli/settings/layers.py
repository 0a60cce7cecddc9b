"""Where settings are written: one layer a place, unread by the types, so that each value keeps its origin."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engines.errors import UsageError
from k2cli.suggestions import did_you_mean

FILE_NAME = "k2.toml"
PREFIX = "K2_"
OTHER_VARIABLES = frozenset({"K2_DEBUG"})
"""Variables of k2 that are no settings."""

KNOWN: Mapping[str, Any] = {
    "engine": None,
    "grace": None,
    "catalog": {"name": None, "type": None, "uri": None, "warehouse": None, "properties": ...},
    "tables": {"namespace": None, "trades": None, "candles": None},
}
"""The keys there are: None for a value, a mapping for a section, ``...`` for a section of free keys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """The settings of one place.

    Attributes:
        values: Dotted key to value, as written.
        origins: Dotted key to the name of its place: a file, ``env K2_…``, ``flag --engine``.
        base: The folder relative paths are meant from.
    """

    values: Mapping[str, Any] = field(default_factory=dict, repr=False)
    origins: Mapping[str, str] = field(default_factory=dict)
    base: Path


def flags_layer(flags: Mapping[str, Any], cwd: Path) -> Layer:
    """What was given on the command line; None is what was not."""
    values = {key: value for key, value in flags.items() if value is not None}
    return Layer(values=values, origins={key: f"flag --{key}" for key in values}, base=cwd)


def environment_layer(variables: Mapping[str, str], cwd: Path) -> Layer:
    """The ``K2_*`` variables: ``__`` goes one section deeper.

    Below ``K2_CATALOG__PROPERTIES__`` names follow PyIceberg: ``__`` is a dot, ``_`` a dash.

    Raises:
        UsageError: A ``K2_*`` variable that means nothing.
    """
    values, origins = {}, {}
    for name in sorted(variables):
        if not name.startswith(PREFIX) or name in OTHER_VARIABLES:
            continue
        key = _key_of(name)
        values[key], origins[key] = variables[name], f"env {name}"
    return Layer(values=values, origins=origins, base=cwd)


def _key_of(name: str) -> str:
    parts = name.removeprefix(PREFIX).lower().split("__")
    if parts[:2] == ["catalog", "properties"] and len(parts) > 2:
        return "catalog.properties." + ".".join(parts[2:]).replace("_", "-")
    known = {variable_name(key): key for key in known_keys()}
    if name in known:
        return known[name]
    raise UsageError(
        f"environment variable {name} is no setting of k2",
        hint=did_you_mean(name, [*known, *sorted(OTHER_VARIABLES), "K2_CATALOG__PROPERTIES__<NAME>"]),
    )


def variable_name(key: str) -> str:
    """The environment variable of a dotted key."""
    return PREFIX + key.upper().replace(".", "__")


def known_keys() -> list[str]:
    """All dotted keys but the free ones."""
    keys = []
    for key, below in KNOWN.items():
        keys += [f"{key}.{k}" for k, v in below.items() if v is None] if isinstance(below, Mapping) else [key]
    return keys


def file_layer(path: Path) -> Layer:
    """The settings of a TOML file.

    Raises:
        UsageError: It cannot be read, is no TOML, or holds an unknown key.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        where = f"{path}:{line[1]}" if line else f"{path} (at its end)"
        raise UsageError(f"{where} is not TOML: {error}", hint="see https://toml.io") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 text", hint="save it as UTF-8") from error
    except OSError as error:
        raise UsageError(f"settings file {path} cannot be read: {error.strerror}", hint="check --config") from error
    values = _flatten(document, KNOWN, path, "")
    return Layer(values=values, origins=dict.fromkeys(values, str(path)), base=path.parent)


def _flatten(section: Mapping[str, Any], known: Mapping[str, Any], path: Path, prefix: str) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in section.items():
        key = f"{prefix}{name}"
        if name not in known:
            raise UsageError(f"{path}: unknown key {key!r}", hint=did_you_mean(name, known))
        below = known[name]
        if below is None:
            values[key] = value
        elif not isinstance(value, Mapping):
            raise UsageError(f"{path}: {key!r} is a section, not a value", hint=f"write [{key}] on a line of its own")
        elif below is ...:
            values |= {f"{key}.{free}": v for free, v in _dotted(value).items()}
        else:
            values |= _flatten(value, below, path, f"{key}.")
    return values


def _dotted(section: Mapping[str, Any]) -> dict[str, Any]:
    """TOML reads a bare ``s3.endpoint = …`` as a section: put the dots back."""
    flat: dict[str, Any] = {}
    for name, value in section.items():
        below = {f"{name}.{k}": v for k, v in _dotted(value).items()} if isinstance(value, Mapping) else {name: value}
        flat |= below
    return flat


def find_file(start: Path) -> Path | None:
    """The nearest ``k2.toml``, walking up from a folder."""
    return next((found for folder in (start, *start.parents) if (found := folder / FILE_NAME).is_file()), None)
