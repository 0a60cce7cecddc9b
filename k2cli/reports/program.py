"""The reports of `engines` and `config show`."""

from collections.abc import Mapping
from dataclasses import dataclass

from k2cli.reports.base import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledEngine:
    """An engine found through its entry point; selected tells whether the settings choose it."""

    name: str
    module: str
    distribution: str
    selected: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EnginesReport(Report):
    """The installed engines, which `--engine` accepts."""

    command = "engines"

    engines: tuple[InstalledEngine, ...]

    @property
    def rows(self) -> tuple[InstalledEngine, ...]:
        """One row per engine."""
        return self.engines


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingValue:
    """A setting: its dotted key, its value with secrets masked, and where it was set if the origins were requested."""

    key: str
    value: str
    origin: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigReport(Report):
    """All settings in force."""

    command = "config show"

    settings: tuple[SettingValue, ...]

    @property
    def rows(self) -> tuple[SettingValue, ...]:
        """One row per setting."""
        return self.settings


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogProperty:
    """A catalog property under PyIceberg's name for it."""

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PyIcebergReport(Report):
    """The configuration that PyIceberg needs to open the catalog.

    Attributes:
        name: Name of the catalog.
        properties: Properties of the catalog.
        secrets_left_out: Names of the properties that were left out because they hold a secret.
    """

    command = "config show"

    name: str
    properties: Mapping[str, str]
    secrets_left_out: tuple[str, ...] = ()

    @property
    def rows(self) -> tuple[CatalogProperty, ...]:
        """One row per property."""
        return tuple(CatalogProperty(name=name, value=value) for name, value in self.properties.items())
