"""`k2 ohlcv`: the candle tables."""

import typer

from k2cli.commands import aggregate, compact, create_tables, prune, restore, show, status, validate
from k2cli.commands.groups import Group
from k2cli.commands.options import remember

app = typer.Typer(
    cls=Group, name="ohlcv", no_args_is_help=True, help="Candle tables: make them, keep them up to date, look at them."
)
app.callback()(remember(lambda: None))

create_tables.register(app)
aggregate.register(app)
status.register(app)
show.register(app)
validate.register(app)
prune.register(app)
restore.register(app)
compact.register(app)
