"""`k2 ohlcv restore`."""

import typer

from k2cli.commands import parameters as p
from k2cli.commands.options import command
from k2cli.language.times import parse_instant
from k2cli.session import Session


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "restore", panel="Upkeep", recorded=True)(restore)


def restore(
    session: Session,
    *,
    timeframes: p.SomeTimeframes,
    snapshot: p.Snapshot = None,
    before: p.BeforeTime = None,
    dry_run: p.DryRun = False,
    now: p.Now = None,
) -> None:
    """Make candles again that were pruned or are frozen, from all trades there are; or go back to an older state.

    What the trades do not give stays as it is, and is named. The next prune drops again what is older than the
    settings' retention.

    [bold]Examples[/bold]

      k2 ohlcv restore 1m --dry-run

      k2 ohlcv restore 1m 5m --before now-2h
    """
    from engines.domain.upkeep import ReturnRequest
    from k2cli.jobs import restore as job

    instant = session.clock(now)()
    wanted = session.settings.timeframes(timeframes)
    until = None if before is None else parse_instant(before, option="--before", now=instant)
    job.refuse_contradiction(wanted, snapshot, until)
    lake = session.lake()
    with session.progress() as observer:
        if snapshot is None and until is None:
            request = job.request(session.settings, wanted, now=instant, run_id=session.run_id, dry_run=dry_run)
            report = job.make_again(lake, request, observer)
        else:
            back = ReturnRequest(
                timeframes=wanted, run_id=session.run_id, snapshot=snapshot, before=until, dry_run=dry_run
            )
            report = job.go_back(lake, back, observer, now=instant)
    session.finish(report)
