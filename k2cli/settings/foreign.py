"""PyIceberg's own configuration (``.pyiceberg.yaml``, ``PYICEBERG_*``), honoured where k2 is told a name only."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic_settings import BaseSettings, InitSettingsSource

from engines.errors import UsageError

FILE_NAME = ".pyiceberg.yaml"


class PyIceberg(InitSettingsSource):
    """The catalog as PyIceberg knows it, where the places before this one have set no more than its name.

    Raises:
        UsageError: Its configuration cannot be read.
    """

    def __init__(self, settings: type[BaseSettings], variables: Mapping[str, str]) -> None:
        super().__init__(settings, {})
        self._variables = variables
        self._origin = ""

    def __call__(self) -> dict[str, Any]:
        """What it knows."""
        catalog = {key: value for key, value in self.current_state.get("catalog", {}).items() if value != {}}
        name = str(catalog.pop("name", "k2"))
        known = {} if catalog else self._catalog(name)
        own = {key: known.pop(key) for key in ("type", "uri", "warehouse") if key in known}
        return {"catalog": {**own, "properties": known}}

    def _catalog(self, name: str) -> dict[str, str]:
        home = self._variables.get("PYICEBERG_HOME")
        folders = [*([Path(home)] if home else []), Path.home(), Path.cwd()]
        # An empty file is what the shell makes for `k2 config show --pyiceberg > .pyiceberg.yaml`.
        files = [found for folder in folders if (found := folder / FILE_NAME).is_file() and found.stat().st_size][:1]
        named = sorted(v for v in self._variables if v.upper().startswith(f"PYICEBERG_CATALOG__{name.upper()}__"))
        self._origin = " + ".join([*map(str, files), *(f"env {variable}" for variable in named)])
        if not self._origin:
            return {}
        from pyiceberg.utils.config import Config

        try:
            known = Config().get_catalog_config(name) or {}
        except Exception as error:  # strictyaml raises what it likes; all of it means the same
            text = str(error).strip().splitlines()[0]
            raise UsageError(f"{self._origin} cannot be read: {text}", hint="mend PyIceberg's configuration") from error
        return {str(key): str(value) for key, value in known.items() if not isinstance(value, dict)}

    def origin(self, key: str) -> str:  # noqa: ARG002 - all of it from one place
        """Its file and variables."""
        return self._origin
