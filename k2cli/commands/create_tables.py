"""`k2 ohlcv create-tables`."""

from typing import Annotated

import typer

from engines.domain.tables import TradesPartition
from k2cli.commands.options import command
from k2cli.session import Session


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "create-tables", panel="Set up", recorded=True)(create_tables)


def create_tables(
    session: Session,
    *,
    with_trades: Annotated[bool, typer.Option("--with-trades", help="Make an empty table of trades too.")] = False,
    partition_by: Annotated[
        TradesPartition | None,
        typer.Option(help="How the table of trades is partitioned; default: day.", show_default=False),
    ] = None,
    evolve: Annotated[
        bool, typer.Option("--evolve", help="Upgrade older tables as far as Iceberg's schema evolution allows.")
    ] = False,
) -> None:
    """Make the candle tables that are not there yet. Never drops one; run it as often as you like.

    [bold]Examples[/bold]

      k2 ohlcv create-tables --with-trades

      k2 ohlcv create-tables --evolve
    """
    from k2cli.jobs import create_tables as job

    lake = session.lake(create=True)
    report = job.create_tables(
        lake,
        catalog=session.catalog,
        with_trades=with_trades,
        evolve=evolve,
        partition_by=partition_by,
    )
    session.finish(report)
