"""`k2 trades delete`."""

from dataclasses import replace
from typing import Annotated

import typer

from k2cli.commands import completion
from k2cli.commands import parameters as p
from k2cli.commands.options import command
from k2cli.language.times import parse_span
from k2cli.session import Session

_FROM = "Trades from this time on: 2024-03-01, 7d (ago), yesterday, now-2h …; UTC unless it names a zone."


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "delete", recorded=True)(delete_trades)


def delete_trades(
    session: Session,
    *,
    exchange: Annotated[str, typer.Option(help="The exchange.", autocompletion=completion.exchanges)],
    symbol: Annotated[str, typer.Option(help="The symbol.", autocompletion=completion.symbols)],
    start: Annotated[str | None, typer.Option("--from", metavar="TIME", help=_FROM, show_default=False)] = None,
    end: Annotated[
        str | None, typer.Option("--to", metavar="TIME", help="Trades before this time.", show_default=False)
    ] = None,
    dry_run: p.DryRun = False,
    yes: p.Yes = False,
) -> None:
    """Take the trades of a series out of the table, or those of a time. Shows what goes, and asks; --yes goes ahead.

    Candles follow at the next k2 ohlcv aggregate, which does not ask about them; before the fence they stay.

    [bold]Examples[/bold]

      k2 trades delete --exchange binance --symbol BTCUSDT --from 2024-03-01 --to 2024-03-02 --dry-run

      k2 trades delete --exchange binance --symbol TESTUSDT --yes
    """
    from engines.domain.interval import BEGINNING, END, Interval
    from engines.domain.orders import DeleteRequest
    from k2cli.jobs import remove_trades as job

    since, until = parse_span(start, end, now=session.clock()())
    times = Interval(BEGINNING if since is None else since, END if until is None else until)
    lake = session.lake()
    plan = DeleteRequest(exchange=exchange, symbol=symbol, times=times, run_id=session.run_id, dry_run=True)
    order = replace(plan, dry_run=False)
    with session.progress() as observer:
        report = job.delete(lake, order if yes and not dry_run else plan, observer)
    asked = report.trades and not (dry_run or yes)
    if asked and session.confirmed(report, option="--yes", typed=report.excessive):
        with session.progress() as observer:
            report = job.delete(lake, replace(order, agreed=report.trades), observer)
    session.finish(report)
