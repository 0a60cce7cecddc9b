"""`k2 ohlcv validate`."""

import typer

from k2cli.commands import parameters as p
from k2cli.commands.options import command
from k2cli.language.durations import parse_optional_duration
from k2cli.language.times import parse_span
from k2cli.session import Session


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "validate", panel="Every day", recorded=True)(validate)


def validate(
    session: Session,
    *,
    timeframes: p.Timeframes = None,
    against_trades: p.AgainstTrades = False,
    deep: p.Deep = False,
    start: p.From = None,
    end: p.To = None,
    max_lag: p.MaxLag = None,
    now: p.Now = None,
) -> None:
    """Look at every candle: prices in order, windows aligned and unique, coarser candles the merge of finer ones.

    With --against-trades each candle is held against its recomputation from the trades. Exit 3 when anything is
    broken; the first broken rows are shown with their values.

    [bold]Examples[/bold]

      k2 ohlcv validate

      k2 ohlcv validate 1m --against-trades --from 7d --output json
    """
    from k2cli.jobs import validate as job

    instant = session.clock(now)()
    request = job.request(
        session.settings,
        session.tables(timeframes),
        now=instant,
        span=parse_span(start, end, now=instant),
        against_trades=against_trades,
        deep=deep,
        max_lag=parse_optional_duration(max_lag, option="--max-lag"),
    )
    lake = session.lake()
    with session.progress() as observer:
        report = job.validate(lake, request, observer, lateness_fails=max_lag is not None)
    session.finish(report)
