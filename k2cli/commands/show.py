"""`k2 ohlcv show`."""

from typing import Annotated

import typer

from k2cli.commands import parameters as p
from k2cli.commands.fill_names import FillName
from k2cli.commands.options import command
from k2cli.language.times import parse_span
from k2cli.session import Session

SCREENFUL = 40


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "show", panel="Look")(show)


def show(
    session: Session,
    *,
    timeframe: p.Windows = "",
    exchange: p.Exchange = None,
    symbol: p.Symbol = None,
    start: p.From = None,
    end: p.To = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help=f"The newest windows. Default: {SCREENFUL} as a table, else all.")
    ] = None,
    zone: p.Zone = None,
    day_start: p.DayStart = None,
    anchor: p.Anchor = None,
    fill: p.Filled = FillName.NONE,
    allow_empty: p.AllowEmpty = False,
) -> None:
    """Show candles of any length with every digit, sorted by exchange, symbol and time.

    What has no table of its own is merged from those that are stored, exactly; only windows that are over are shown.
    As csv and ndjson they are written while they are read, so that there may be more than fit into memory.

    [bold]Examples[/bold]

      k2 ohlcv show 1h --exchange binance --symbol BTCUSDT --limit 24

      k2 ohlcv show 1d --zone America/New_York --fill previous --limit 7

      k2 ohlcv show 1m --from 2024-03-01 --to 2024-03-02 --output csv > day.csv
    """
    from k2cli.jobs import candles
    from k2cli.jobs import show as job
    from k2cli.language.windows import parse_alignment

    now = session.clock()()
    since, until = parse_span(start, end, now=now)
    most = SCREENFUL if limit is None and session.output == "table" else limit
    alignment = parse_alignment(zone, day_start, anchor, now=now, names=("--day-start", "--anchor"))
    asked = candles.Asked(exchange=exchange, symbol=symbol, start=since, end=until, limit=most, fill=fill.value)
    query = candles.query_of(session.settings, timeframe, alignment, asked)
    session.finish(job.show(session.lake(), query, now=now, allow_empty=allow_empty))
