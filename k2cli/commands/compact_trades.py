"""`k2 trades compact`."""

from typing import Annotated

import typer

from k2cli.commands.options import command
from k2cli.language.times import parse_span
from k2cli.session import Session

_FROM = "Files with trades from this time on: 2024-03-01, 7d (ago), yesterday …; UTC unless it names a zone."


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "compact", recorded=True)(compact_trades)


def compact_trades(
    session: Session,
    *,
    start: Annotated[str | None, typer.Option("--from", metavar="TIME", help=_FROM, show_default=False)] = None,
    end: Annotated[
        str | None, typer.Option("--to", metavar="TIME", help="Files with trades before this time.", show_default=False)
    ] = None,
) -> None:
    """Merge small files of trades, and drop rows that are equal to others in all columns. No candle changes.

    Imports may go on meanwhile. What is merged can no longer be taken back by k2 trades undo.

    [bold]Examples[/bold]

      k2 trades compact

      k2 trades compact --from 2024-03-01 --to 2024-04-01 --output json
    """
    from engines.domain.interval import BEGINNING, END, Interval
    from engines.domain.orders import MergeRequest
    from k2cli.jobs import compact_trades as job

    since, until = parse_span(start, end, now=session.clock()())
    times = Interval(BEGINNING if since is None else since, END if until is None else until)
    request = MergeRequest(times=times, run_id=session.run_id)
    lake = session.lake()
    with session.progress() as observer:
        report = job.compact_trades(lake, request, observer)
    session.finish(report)
