"""`k2 trades`: commands that add trades to the source table, take some out, or merge its files."""

import typer

from k2cli.commands import (
    compact_trades,
    delete_trades,
    generate_trades,
    import_trades,
    inspect_trades,
    undo_import,
)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for module in (import_trades, inspect_trades, generate_trades, undo_import, delete_trades, compact_trades):
        module.register(app)
