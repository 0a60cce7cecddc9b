"""`k2 trades inspect`."""

import typer

from k2cli.commands.options import command
from k2cli.session import Session


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "inspect")(inspect)


def inspect(session: Session) -> None:
    """Look at the table of trades before a run: columns, unit, ids, the newest trades, what would be left out.

    Reads the table's metadata and about 10,000 of its newest rows; writes nothing.

    [bold]Examples[/bold]

      k2 trades inspect

      K2_TRADES__TABLE=raw.trades k2 trades inspect --output json
    """
    from k2cli.jobs.inspect_trades import inspect_trades

    session.finish(inspect_trades(session.lake()))
