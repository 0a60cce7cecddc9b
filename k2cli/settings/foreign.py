"""PyIceberg's own configuration (``.pyiceberg.yaml``, ``PYICEBERG_*``) as a settings source.

It is used only where the settings of k2 say no more about the catalog than its name.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic_settings import BaseSettings, InitSettingsSource

from engines.errors import UsageError

FILE_NAME = ".pyiceberg.yaml"


class PyIceberg(InitSettingsSource):
    """The catalog from PyIceberg's configuration, used if higher-ranked sources set no more than the catalog's name.

    Raises:
        UsageError: PyIceberg's configuration cannot be read.
    """

    def __init__(self, settings: type[BaseSettings], variables: Mapping[str, str]) -> None:
        super().__init__(settings, {})
        self._variables = variables
        self._origin = ""

    def __call__(self) -> dict[str, Any]:
        """The catalog section that PyIceberg's configuration gives."""
        catalog = {key: value for key, value in self.current_state.get("catalog", {}).items() if value != {}}
        name = str(catalog.pop("name", "k2"))
        known = {} if catalog else self._catalog(name)
        own = {key: known.pop(key) for key in ("type", "uri", "warehouse") if key in known}
        return {"catalog": {**own, "properties": known}}

    def _catalog(self, name: str) -> dict[str, str]:
        home = self._variables.get("PYICEBERG_HOME")
        folders = [*([Path(home)] if home else []), Path.home(), Path.cwd()]
        # Skip empty files: in `k2 config show --pyiceberg > .pyiceberg.yaml` the shell creates one before k2 starts.
        files = [found for folder in folders if (found := folder / FILE_NAME).is_file() and found.stat().st_size][:1]
        named = sorted(v for v in self._variables if v.upper().startswith(f"PYICEBERG_CATALOG__{name.upper()}__"))
        self._origin = " + ".join([*map(str, files), *(f"env {variable}" for variable in named)])
        if not self._origin:
            return {}
        from pyiceberg.utils.config import Config

        try:
            known = Config().get_catalog_config(name) or {}
        except Exception as error:  # strictyaml raises many kinds of error; each means an unreadable configuration
            text = str(error).strip().splitlines()[0]
            raise UsageError(f"{self._origin} cannot be read: {text}", hint="mend PyIceberg's configuration") from error
        return {str(key): str(value) for key, value in known.items() if not isinstance(value, dict)}

    def origin(self, key: str) -> str:  # noqa: ARG002 - all of it from one place
        """The configuration file and environment variables that the catalog was read from."""
        return self._origin
