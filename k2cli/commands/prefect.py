"""`k2 prefect`: scheduled flows."""

import typer

from k2cli.commands.options import command
from k2cli.session import Session


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "serve")(serve)


def serve(session: Session) -> None:
    """Register a deployment for each table with the Prefect server, and run what is scheduled, until Ctrl-C.

    For one machine; a team with a work pool has k2 schedule prefect.

    [bold]Example[/bold]

      prefect server start --background && PREFECT_API_URL=http://127.0.0.1:4200/api k2 prefect serve
    """
    from k2cli.jobs import prefect as job

    job.serve(session.loaded)
