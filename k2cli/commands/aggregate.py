"""`k2 ohlcv aggregate`."""

import typer

from k2cli.commands import parameters as p
from k2cli.commands.options import command
from k2cli.language.durations import parse_optional_duration
from k2cli.language.times import parse_span
from k2cli.session import Session


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "aggregate", panel="Every day", recorded=True)(aggregate)


def aggregate(
    session: Session,
    *,
    timeframes: p.Timeframes = None,
    start: p.RebuildFrom = None,
    end: p.RebuildTo = None,
    lookback: p.Lookback = None,
    rebuild: p.Rebuild = False,
    include_open: p.IncludeOpen = False,
    incremental_only: p.IncrementalOnly = False,
    dry_run: p.DryRun = False,
    detailed_exit_code: p.DetailedExitCode = False,
    now: p.Now = None,
) -> None:
    """Bring candle tables exactly up to date: new, late, repeated and removed trades all count as they should.

    Only closed windows are published, each table in one atomic commit. Runs may overlap, fail, and be repeated.
    Where the oldest windows have lost all trades, or very many have, it stops for you to choose: trades.removed.

    [bold]Example[/bold]

      k2 ohlcv aggregate 1m 5m --dry-run
    """
    from k2cli.jobs import aggregate as job
    from k2cli.telemetry.tracing import trace

    instant = session.clock(now)()
    since, until = parse_span(start, end, now=instant)
    span = job.Span(start=since, end=until, lookback=parse_optional_duration(lookback, option="--lookback"))
    mode = job.Mode(rebuild=rebuild, include_open=include_open, incremental_only=incremental_only, dry_run=dry_run)
    wanted = session.tables(timeframes)
    request = job.request(session.settings, wanted, span, mode, now=instant, run_id=session.run_id)
    lake = session.lake()
    if not dry_run:
        trace(session, lake, request.timeframes)
    with session.progress() as observer:
        report = job.aggregate(lake, request, observer, detailed_exit_code=detailed_exit_code)
    session.finish(report)
