"""Views of reports for people: one module for each module of `k2cli.reports`; it registers its views when imported."""

from k2cli.rendering.views import (  # noqa: F401 - they register themselves
    aggregation,
    candles,
    chart,
    doctor,
    export,
    program,
    quickstart,
    removals,
    restore,
    runs,
    schedule,
    source,
    tables,
    trade_files,
    trades,
    upkeep,
    validation,
)
from k2cli.rendering.views.view import view

__all__ = ["view"]
