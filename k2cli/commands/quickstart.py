"""`k2 quickstart`."""

from pathlib import Path
from typing import Annotated

import typer

from k2cli.commands.options import command
from k2cli.session import Session


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "quickstart", panel="Start here")(quickstart)


def quickstart(
    session: Session,
    *,
    folder: Annotated[
        Path | None,
        typer.Option("--dir", metavar="FOLDER", help="A new folder; default: a temporary one.", show_default=False),
    ] = None,
) -> None:
    """See it work in seconds: a throw-away warehouse, sample trades, candles, late trades, a chart.

    Touches nothing outside of its own folder, whatever your settings say.

    [bold]Examples[/bold]

      k2 quickstart

      k2 quickstart --dir ./try-k2
    """
    from k2cli.jobs import quickstart as job
    from k2cli.jobs.warehouse import new_warehouse

    config = new_warehouse(folder, job.SETTINGS)
    lake = session.lake(session.isolated_settings(config), create=True)
    with session.progress() as observer:
        report = job.quickstart(
            lake, session.clock(), folder=config.parent, config=config, run_id=session.run_id, observer=observer
        )
    session.finish(report)
