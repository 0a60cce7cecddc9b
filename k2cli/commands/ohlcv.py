"""`k2 ohlcv`: the candle tables."""

import typer

from k2cli.commands import aggregate, chart, compact, create_tables, export, prune, restore, show, status, validate


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for module in (create_tables, aggregate, status, show, chart, export, validate, prune, restore, compact):
        module.register(app)
