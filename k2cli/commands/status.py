"""`k2 ohlcv status`."""

import typer

from k2cli.commands.options import command
from k2cli.commands.parameters import MaxLagOfStatus, Now, Watch
from k2cli.session import Session

EVERY = 5.0
"""Seconds between two looks of ``--watch``."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "status", panel="Look")(status)


def status(
    session: Session,
    *,
    max_lag: MaxLagOfStatus = None,
    watch: Watch = False,
    now: Now = None,
) -> None:
    """Show how far each table is: rows, time span, trades and time it lags behind, files. Reads metadata only.

    A table lags by as long as its oldest window waits that could have been published; with --max-lag it is a monitor's
    line, and exits 3 when a table lags more.

    [bold]Examples[/bold]

      k2 ohlcv status

      k2 ohlcv status --max-lag 15m --quiet

      k2 ohlcv status --watch

      k2 ohlcv status --output json | jq '.tables[] | select(.up_to_date == false) | .table'
    """
    from k2cli.jobs import status as job

    limits = job.lag_limits(max_lag, session.settings)
    lake, clock = session.lake(), session.clock(now)
    while True:
        session.finish(job.status(lake, clock, limits, lateness_fails=max_lag is not None))
        if not watch:
            return
        session.wait(EVERY)
