"""`k2 ohlcv status`."""

import typer

from k2cli.commands.parameters import Now
from k2cli.options import command
from k2cli.session import Session


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "status", panel="Look")(status)


def status(
    session: Session,
    *,
    now: Now = None,
) -> None:
    """Show how far each table is: rows, time span, trades and time it lags behind, files. Reads metadata only.

    [bold]Examples[/bold]

      k2 ohlcv status

      k2 ohlcv status --output json | jq '.tables[] | select(.up_to_date == false) | .table'
    """
    from k2cli.jobs import status as job  # noqa: PLC0415 - heavy: loaded when the job runs

    session.finish(job.status(session.engine(), session.clock(now)))
