"""`k2 config`: the settings."""

from typing import Annotated

import typer

from k2cli.commands.groups import Group
from k2cli.commands.options import command, remember
from k2cli.session import Session

app = typer.Typer(cls=Group, name="config", no_args_is_help=True, help="The settings.")
app.callback()(remember(lambda: None))


def show(
    session: Session,
    *,
    origin: Annotated[bool, typer.Option("--origin", help="Show where each setting comes from.")] = False,
) -> None:
    """Show every setting; passwords and keys are masked.

    Settings come from flags, then K2_* variables (K2_CATALOG__URI), then the nearest k2.toml, then your own file,
    then the defaults.

    [bold]Example[/bold]

      k2 config show --origin
    """
    from k2cli.jobs.config import show_config

    session.finish(show_config(session.loaded, with_origin=origin))


command(app, "show")(show)
