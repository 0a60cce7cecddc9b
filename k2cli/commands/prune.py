"""`k2 ohlcv prune`."""

import typer

from k2cli.commands import parameters as p
from k2cli.commands.options import command
from k2cli.language.durations import parse_optional_duration
from k2cli.session import Session


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "prune", panel="Upkeep", recorded=True)(prune)


def prune(
    session: Session,
    *,
    timeframes: p.Timeframes = None,
    older_than: p.OlderThan = None,
    candles: p.OnlyCandles = False,
    snapshots: p.OnlySnapshots = False,
    orphans: p.Orphans = False,
    spare: p.Spare = False,
    force: p.Force = False,
    dry_run: p.DryRun = False,
    yes: p.Yes = False,
    now: p.Now = None,
) -> None:
    """Drop candles older than their retention, expire snapshots, delete the files that nothing reaches any more.

    Shows the plan and asks; --yes goes ahead. What would take more than half of a table, or all of a series, needs
    --force; --spare leaves it and says so, as schedules do. What was pruned stays so: later runs leave it alone,
    however late a trade comes.

    [bold]Examples[/bold]

      k2 ohlcv prune --dry-run

      k2 ohlcv prune 1m --older-than 30d --yes

      k2 ohlcv prune --snapshots --yes
    """
    from k2cli.jobs import prune as job

    age = parse_optional_duration(older_than, option="--older-than")
    told = dry_run or (session.attended and not yes)
    mode = job.Mode(
        only_candles=candles, only_snapshots=snapshots, orphans=orphans, most=told, spare=spare, force=force
    )
    wanted = session.settings.timeframes(timeframes)
    request = job.request(session.settings, wanted, age, mode, now=session.clock(now)(), run_id=session.run_id)
    lake = session.lake()
    with session.progress() as observer:
        plan = job.plan(lake, request, observer)
        report = plan if dry_run or plan.pending else job.nothing_done(plan)
    if plan.pending and not dry_run and (yes or session.confirmed(plan, option="--yes", typed=plan.excessive)):
        with session.progress() as observer:
            report = job.prune(lake, request, observer)
    session.finish(report)
