"""Support for sections under their former names: their values are read as if written in the current section."""

from collections.abc import Mapping
from typing import Any

from engines.errors import UsageError

FORMER = {"spark": ("engines", "spark")}
"""Former names of sections, with the path of the current section."""


def present_variable(name: str, prefix: str) -> str:
    """Current name of an environment variable: ``K2_SPARK__MASTER`` becomes ``K2_ENGINES__SPARK__MASTER``."""
    for former, place in FORMER.items():
        head = f"{prefix}{former.upper()}__"
        if name.startswith(head):
            return f"{prefix}{'__'.join(place).upper()}__{name.removeprefix(head)}"
    return name


def in_present_places(values: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Return the values of one settings source with every section under its current name.

    Args:
        values: Sections by name.
        where: Name of the settings source, for error messages.

    Raises:
        UsageError: A former section is not a mapping, or a setting has different values in the former and the
            current section.
    """
    found = dict(values)
    for former, (group, name) in FORMER.items():
        written = found.pop(former, {})
        if not isinstance(written, Mapping):
            raise UsageError(f"{where}: {former!r} is a section, not a value", hint=f"write [{group}.{name}]")
        if written:
            sections = found.get(group, {})
            there = sections.get(name, {})
            _refuse_difference(written, there, f"{where}: {former}", f"{group}.{name}")
            found[group] = {**sections, name: _merged(written, there)}
    return found


def _refuse_difference(former: Any, present: Any, one: str, other: str) -> None:  # noqa: ANN401 - whatever TOML holds
    if isinstance(former, Mapping) and isinstance(present, Mapping):
        for key in former.keys() & present.keys():
            _refuse_difference(former[key], present[key], f"{one}.{key}", f"{other}.{key}")
    elif former != present:
        raise UsageError(f"{one} and {other} are one setting, and differ", hint=f"keep {other} alone")


def _merged(former: Mapping[str, Any], present: Mapping[str, Any]) -> dict[str, Any]:
    both = {key: _merged(former[key], present[key]) for key in former.keys() & present.keys() if _nested(former, key)}
    return {**former, **present, **both}


def _nested(section: Mapping[str, Any], key: str) -> bool:
    return isinstance(section[key], Mapping)
