"""`k2 ohlcv compact`."""

import typer

from k2cli.commands import parameters as p
from k2cli.commands.options import command
from k2cli.session import Session


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "compact", panel="Upkeep", recorded=True)(compact)


def compact(session: Session, *, timeframes: p.Timeframes = None) -> None:
    """Merge the files of each partition into one: what other writers left in several. No candle changes.

    For all tables: small files of trades, too, but none of an import that k2 trades undo could still take back.

    [bold]Examples[/bold]

      k2 ohlcv compact

      k2 ohlcv compact 1m --output json
    """
    from k2cli.jobs import compact as job

    lake = session.lake()
    with session.progress() as observer:
        report = job.compact(lake, session.settings.timeframes(timeframes), run_id=session.run_id, observer=observer)
    session.finish(report)
