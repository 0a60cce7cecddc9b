"""`k2 ohlcv aggregate`."""

from typing import Annotated

import typer

from engines.domain.timeframe import Timeframe
from k2cli.options import command
from k2cli.session import Session


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "aggregate", panel="Every day")(aggregate)


def aggregate(
    session: Session,
    *,
    timeframes: Annotated[
        list[Timeframe] | None, typer.Argument(help="The tables; default: all five.", show_default=False)
    ] = None,
    now: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="The time to take for now, ISO 8601 with zone.", show_default=False),
    ] = None,
) -> None:
    """Bring candle tables exactly up to date: new, late, repeated and removed trades all count as they should.

    Only closed windows are published, each table in one atomic commit. Runs may overlap, fail, and be repeated.

    [bold]Examples[/bold]

      k2 ohlcv aggregate

      k2 ohlcv aggregate 1m 5m --output json

      k2 ohlcv aggregate --now 2024-03-01T12:00:00Z
    """
    from k2cli.jobs import aggregate as job  # noqa: PLC0415 - heavy: loaded when the job runs

    clock, engine, grace = session.clock(now), session.engine(), session.settings.grace
    with session.progress() as observer:
        report = job.aggregate(
            engine, clock, timeframes=timeframes or (), run_id=session.run_id, grace=grace, observer=observer
        )
    session.finish(report)
