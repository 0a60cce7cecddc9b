"""`k2 prefect`: scheduled flows."""

import typer

from k2cli.commands.groups import Group
from k2cli.commands.options import command, remember
from k2cli.session import Session

app = typer.Typer(cls=Group, name="prefect", no_args_is_help=True, help="The schedule in Prefect.")
app.callback()(remember(lambda: None))


def serve(session: Session) -> None:
    """Register a deployment for each table with the Prefect server, and run what is scheduled, until Ctrl-C.

    For one machine; a team with a work pool has k2 schedule prefect.

    [bold]Example[/bold]

      prefect server start --background && PREFECT_API_URL=http://127.0.0.1:4200/api k2 prefect serve
    """
    from k2cli.jobs import prefect as job

    job.serve(session.loaded)


command(app, "serve")(serve)
