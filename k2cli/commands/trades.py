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
from k2cli.commands.groups import Group
from k2cli.commands.options import remember

app = typer.Typer(
    cls=Group,
    name="trades",
    no_args_is_help=True,
    help="The table of trades: fill it from files, or with made-up trades; take trades out; merge files.",
)
app.callback()(remember(lambda: None))

import_trades.register(app)
inspect_trades.register(app)
generate_trades.register(app)
undo_import.register(app)
delete_trades.register(app)
compact_trades.register(app)
