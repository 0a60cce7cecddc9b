"""`k2 runs`."""

from typing import Annotated

import typer

from k2cli.commands.options import command
from k2cli.session import Session


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "runs", panel="Look")(runs)


def runs(
    session: Session,
    *,
    failed: Annotated[bool, typer.Option("--failed", help="Only runs that did not end with exit code 0.")] = False,
    last: Annotated[int, typer.Option("--last", metavar="N", help="So many runs, the newest.", min=1)] = 20,
) -> None:
    """Show past runs from the run log: when, how long, which command, how it ended and what it said.

    [bold]Examples[/bold]

      k2 runs

      k2 runs --failed --last 5

      k2 runs --last 1000 --output json | jq '.runs[] | select(.seconds > 60) | .run_id'
    """
    from k2cli.jobs.runs import past_runs
    from k2cli.telemetry.records import logged

    log = session.settings.run_log()
    session.finish(past_runs(log, () if log is None else logged(log), failed=failed, last=last))
