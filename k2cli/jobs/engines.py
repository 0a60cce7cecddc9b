"""`k2 engines`: the installed engines, none of them imported."""

from engines.registry import engine_names, entry_point
from k2cli.reports import EnginesReport, InstalledEngine


def installed_engines(selected: str) -> EnginesReport:
    """The engines that `--engine` may name.

    Args:
        selected: The one that the settings name.

    Raises:
        UsageError: The selected one is not installed.
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
