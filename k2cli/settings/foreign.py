"""PyIceberg's own configuration (``.pyiceberg.yaml``, ``PYICEBERG_*``), honoured where k2 is told a name only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from engines.errors import UsageError

FILE_NAME = ".pyiceberg.yaml"


@dataclass(frozen=True, slots=True)
class Found:
    """What PyIceberg knows of a catalog.

    Attributes:
        properties: Its properties; empty when it knows none.
        origin: Where they are written.
    """

    properties: Mapping[str, str] = field(default_factory=dict, repr=False)
    origin: str = ""


def catalog_properties(name: str, variables: Mapping[str, str]) -> Found:
    """The properties of the catalog of that name.

    Raises:
        UsageError: The configuration cannot be read.
    """
    home = variables.get("PYICEBERG_HOME")
    folders = [*([Path(home)] if home else []), Path.home(), Path.cwd()]
    file = next((found for folder in folders if (found := folder / FILE_NAME).is_file()), None)
    named = [v for v in variables if v.upper().startswith(f"PYICEBERG_CATALOG__{name.upper()}__")]
    if file is None and not named:
        return Found()
    from pyiceberg.utils.config import Config  # noqa: PLC0415 - slow, and only for those who have such a file

    try:
        known = Config().get_catalog_config(name) or {}
    except Exception as error:  # strictyaml raises what it likes; all of it means the same
        text = str(error).strip().splitlines()[0]
        raise UsageError(f"PyIceberg's configuration {file or ''} cannot be read: {text}", hint="mend it") from error
    origin = " + ".join([*([str(file)] if file else []), *(f"env {v}" for v in sorted(named))])
    return Found({str(k): str(v) for k, v in known.items() if not isinstance(v, dict)}, origin)
