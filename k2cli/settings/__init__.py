"""Settings, merged in the order flags > ``K2_*`` > ``k2.toml`` > the user's own file > defaults.

`LoadedSettings.origins` records where each value was set.
"""

from k2cli.settings.loading import LoadedSettings, load_settings
from k2cli.settings.model import CatalogSettings, Settings, TablesSettings, TradesSettings

__all__ = ["CatalogSettings", "LoadedSettings", "Settings", "TablesSettings", "TradesSettings", "load_settings"]
