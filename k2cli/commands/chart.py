"""`k2 ohlcv chart`."""

from pathlib import Path
from typing import Annotated

import typer

from k2cli.commands import parameters as p
from k2cli.commands.options import command
from k2cli.language.times import parse_span
from k2cli.session import Session


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "chart", panel="Look")(chart)


def chart(
    session: Session,
    *,
    timeframe: p.Windows = "",
    exchange: p.Exchange = None,
    symbol: p.Symbol = None,
    start: p.From = None,
    end: p.To = None,
    limit: Annotated[int | None, typer.Option(min=1, help="The newest windows.")] = None,
    zone: p.Zone = None,
    day_start: p.DayStart = None,
    anchor: p.Anchor = None,
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="Write a page for a browser instead.", show_default=False),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.", show_default=False)] = False,
    ascii_only: Annotated[
        bool, typer.Option("--ascii", help="Draw with plain characters.", show_default=False)
    ] = False,
    allow_empty: p.AllowEmpty = False,
) -> None:
    """Draw the candles of one series: here, or as a page that needs no network (--html).

    In a terminal: the newest candles that fit, or all that --from, --to and --limit name, merged where there are more
    than columns. On the page: all of them; zoom in, and point at one for its digits.

    [bold]Examples[/bold]

      k2 ohlcv chart 1h --exchange binance --symbol BTCUSDT

      k2 ohlcv chart 1m --exchange binance --symbol BTCUSDT --from 7d --html week.html
    """
    from k2cli.jobs import candles
    from k2cli.jobs import chart as job
    from k2cli.language.windows import parse_alignment
    from k2cli.rendering.terminal_chart import room

    now = session.clock()()
    since, until = parse_span(start, end, now=now)
    newest = html is None and session.output == "table" and (since, until, limit) == (None, None, None)
    alignment = parse_alignment(zone, day_start, anchor, now=now, names=("--day-start", "--anchor"))
    asked = candles.Asked(
        exchange=exchange,
        symbol=symbol,
        start=since,
        end=until,
        limit=room().columns if newest else limit,
    )
    query = candles.query_of(session.settings, timeframe, alignment, asked)
    lake = session.lake()
    if html is not None:
        report = job.chart_page(lake, query, session.cwd / html, force=force, run_id=session.run_id, now=now)
    else:
        report = job.chart(lake, query, now=now, newest=newest, ascii_only=ascii_only, allow_empty=allow_empty)
    session.finish(report)
