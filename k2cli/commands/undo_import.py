"""`k2 trades undo`."""

from typing import Annotated

import typer

from k2cli.commands import parameters as p
from k2cli.commands.options import command
from k2cli.session import Session


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "undo", recorded=True)(undo_import)


def undo_import(
    session: Session,
    *,
    run_id: Annotated[
        str,
        typer.Argument(
            metavar="RUN_ID",
            help="The run that imported, as its report or k2 runs names it; its beginning will do.",
            show_default=False,
        ),
    ],
    dry_run: p.DryRun = False,
) -> None:
    """Take an import back: all trades that it brought go; what other imports brought as well stays.

    Candles follow at the next k2 ohlcv aggregate, which does not ask about them. The files can be imported again.

    [bold]Examples[/bold]

      k2 trades undo 018f1c9e-7d1a-4c7e-9a51-0c2f6d7a5b11 --dry-run

      k2 trades undo 018f1c9e
    """
    from engines.domain.orders import UndoRequest
    from k2cli.jobs import remove_trades as job

    request = UndoRequest(import_id=run_id, run_id=session.run_id, dry_run=dry_run)
    lake = session.lake()
    with session.progress() as observer:
        report = job.undo(lake, request, observer)
    session.finish(report)
