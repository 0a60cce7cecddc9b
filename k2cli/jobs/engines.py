"""`k2 engines`: list the installed engines without importing them."""

from engines.registry import engine_names, entry_point
from k2cli.reports import EnginesReport, InstalledEngine


def installed_engines(selected: str) -> EnginesReport:
    """Return the installed engines, which are those that `--engine` accepts.

    Args:
        selected: Name of the engine in the settings.

    Raises:
        UsageError: The selected engine is not installed.
    """
    entry_point(selected)
    points = [entry_point(name) for name in engine_names()]
    return EnginesReport(
        engines=tuple(
            InstalledEngine(
                name=point.name,
                module=point.value,
                distribution=point.dist.name if point.dist else "",
                selected=point.name == selected,
            )
            for point in points
        )
    )
