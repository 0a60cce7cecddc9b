"""k2 itself: its engines and its settings."""

from collections.abc import Mapping
from dataclasses import dataclass

from k2cli.reports.base import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledEngine:
    """An engine found through its entry point; `selected` is the one that the settings name."""

    name: str
    module: str
    distribution: str
    selected: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EnginesReport(Report):
    """The engines `--engine` may name."""

    command = "engines"

    engines: tuple[InstalledEngine, ...]

    @property
    def rows(self) -> tuple[InstalledEngine, ...]:
        """A row an engine."""
        return self.engines


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingValue:
    """A setting: its dotted key, its value (secrets masked), and where it was set when that was asked for."""

    key: str
    value: str
    origin: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigReport(Report):
    """All settings."""

    command = "config show"

    settings: tuple[SettingValue, ...]

    @property
    def rows(self) -> tuple[SettingValue, ...]:
        """A row a setting."""
        return self.settings


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogProperty:
    """A property of a catalog, as PyIceberg calls it."""

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PyIcebergReport(Report):
    """The catalog as PyIceberg is told of it.

    Attributes:
        name: Its name.
        properties: Its properties.
        secrets_left_out: Properties that are set, but hold a secret.
    """

    command = "config show"

    name: str
    properties: Mapping[str, str]
    secrets_left_out: tuple[str, ...] = ()

    @property
    def rows(self) -> tuple[CatalogProperty, ...]:
        """A row a property."""
        return tuple(CatalogProperty(name=name, value=value) for name, value in self.properties.items())
