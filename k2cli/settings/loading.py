"""Layers into settings: merge, fill in the local defaults, check the types, remember the origins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from engines.errors import UsageError
from k2cli.settings import locations
from k2cli.settings.foreign import catalog_properties
from k2cli.settings.layers import Layer, environment_layer, file_layer, find_file, flags_layer
from k2cli.settings.model import Settings
from k2cli.suggestions import did_you_mean

_PROPERTIES = "catalog.properties."


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedSettings:
    """Settings and their origins.

    Attributes:
        settings: The values.
        origins: Dotted key to the place it was set; keys that are not in it are defaults.
        folder: The project's folder: that of its ``k2.toml``, else the working directory.
    """

    settings: Settings
    origins: Mapping[str, str]
    folder: Path


def load_settings(
    *,
    flags: Mapping[str, Any],
    variables: Mapping[str, str],
    cwd: Path,
    config: Path | None = None,
    user_file: Path | None = None,
) -> LoadedSettings:
    """The settings of a command.

    Args:
        flags: Dotted key to what was given on the command line; None where nothing was.
        variables: The environment.
        cwd: The working directory.
        config: ``--config``: this file in place of the nearest ``k2.toml``.
        user_file: The user's own file, which need not exist.

    Raises:
        UsageError: Something written is no setting, or has the wrong type; says where.
    """
    project_file = (cwd / config.expanduser()).resolve() if config else find_file(cwd)
    layers = [
        file_layer(path) for path in (user_file, project_file) if path and (path == project_file or path.is_file())
    ]
    layers += [environment_layer(variables, cwd), flags_layer(flags, cwd)]
    folder = project_file.parent if project_file else cwd
    values, origins = _merge(layers)
    _locate(values, origins, folder, variables)
    try:
        settings = Settings.model_validate(_nest(values))
    except ValidationError as error:
        raise _usage_error(error, origins) from None
    return LoadedSettings(settings=settings, origins=origins, folder=folder)


def _merge(layers: Sequence[Layer]) -> tuple[dict[str, Any], dict[str, str]]:
    """Later layers win; paths are made absolute while it is known what they are relative to."""
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for layer in layers:
        for key, value in layer.values.items():
            values[key], origins[key] = value, layer.origins[key]
            if key == "catalog.uri" and isinstance(value, str):
                values[key] = locations.absolute_uri(value, layer.base)
            elif key == "catalog.warehouse" and isinstance(value, str):
                values[key] = locations.absolute_warehouse(value, layer.base)
    return values, origins


def _locate(values: dict[str, Any], origins: dict[str, str], folder: Path, variables: Mapping[str, str]) -> None:
    """Fill in the catalog where only its name, or nothing, is set: PyIceberg's own, else SQLite in the folder."""
    written = {key for key in values if key.startswith("catalog.") and key != "catalog.name"}
    if not written:
        found = catalog_properties(str(values.get("catalog.name", "k2")), variables)
        for name, value in found.properties.items():
            key = f"catalog.{name}" if name in {"type", "uri", "warehouse"} else f"{_PROPERTIES}{name}"
            values[key], origins[key] = value, found.origin
        if found.properties:
            return
    if values.get("catalog.type", "sql") == "sql" and not {"catalog.uri", f"{_PROPERTIES}uri"} & written:
        values["catalog.uri"] = locations.default_uri(folder)
        values["catalog.type"] = "sql"
    if "catalog.warehouse" not in values and (near := locations.default_warehouse(str(values.get("catalog.uri", "")))):
        values["catalog.warehouse"] = near


def _nest(values: Mapping[str, Any]) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for key, value in values.items():
        if key.startswith(_PROPERTIES):
            nested.setdefault("catalog", {}).setdefault("properties", {})[key.removeprefix(_PROPERTIES)] = value
        elif "." in key:
            section, name = key.split(".")
            nested.setdefault(section, {})[name] = value
        else:
            nested[key] = value
    return nested


def _usage_error(error: ValidationError, origins: Mapping[str, str]) -> UsageError:
    """The first fault in words; the value is not repeated, for it may be a secret."""
    fault = error.errors(include_url=False, include_input=True)[0]
    path = [str(part) for part in fault["loc"]]
    key = ".".join(path) if path[:2] == ["catalog", "properties"] else ".".join(path[:2])
    text = fault["msg"].removeprefix("Value error, ")
    hint = ""
    if fault["type"] == "literal_error":
        known = [word.strip("' ") for word in fault["ctx"]["expected"].replace(" or ", ", ").split(",")]
        text, hint = f"{fault['input']!r} is not one of them", did_you_mean(str(fault["input"]), known)
    elif fault["type"] == "string_pattern_mismatch":
        text = "only letters, digits and underscores make a name"
    places = [place for name, place in origins.items() if name == key or name.startswith(f"{key}.")]
    return UsageError(
        f"{places[0] if places else 'settings'}: {key}: {text}", hint=hint or "see k2 config show --origin"
    )
