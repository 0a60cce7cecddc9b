"""Settings: flags > ``K2_*`` > ``k2.toml`` > the user's own file > defaults; every value knows where it came from."""

from k2cli.settings.layers import Layer
from k2cli.settings.loading import LoadedSettings, load_settings
from k2cli.settings.model import CatalogSettings, Settings, TablesSettings

__all__ = ["CatalogSettings", "Layer", "LoadedSettings", "Settings", "TablesSettings", "load_settings"]
