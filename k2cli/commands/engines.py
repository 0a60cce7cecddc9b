"""`k2 engines`."""

import typer

from k2cli.commands.options import command
from k2cli.session import Session


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "engines", panel="Set up")(engines)


def engines(session: Session) -> None:
    """List the installed engines. Any package may bring one: entry points of the group k2.engines.

    [bold]Example[/bold]

      k2 engines --output json
    """
    from k2cli.jobs.engines import installed_engines

    session.finish(installed_engines(session.settings.engine))
