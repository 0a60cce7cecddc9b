"""`k2 config`: the settings."""

from typing import Annotated

import typer

from engines.errors import UsageError
from k2cli.commands.options import command
from k2cli.session import Session


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "show")(show)


def show(
    session: Session,
    *,
    origin: Annotated[bool, typer.Option("--origin", help="Show where each setting comes from.")] = False,
    pyiceberg: Annotated[
        bool, typer.Option("--pyiceberg", help="The catalog only, as a .pyiceberg.yaml for PyIceberg.")
    ] = False,
    secrets: Annotated[bool, typer.Option("--secrets", help="With --pyiceberg: with passwords and keys.")] = False,
) -> None:
    """Show every setting; passwords and keys are masked.

    Settings come from flags, then K2_* variables (K2_CATALOG__URI), then the nearest k2.toml, then your own file,
    then the defaults.

    [bold]Examples[/bold]

      k2 config show --origin

      k2 config show --pyiceberg > .pyiceberg.yaml
    """
    from k2cli.jobs.config import show_config, show_pyiceberg

    if secrets and not pyiceberg:
        raise UsageError("--secrets goes with --pyiceberg only", hint="settings are shown with their secrets masked")
    if pyiceberg:
        session.finish(show_pyiceberg(session.settings.catalog, secrets=secrets))
        return
    session.finish(show_config(session.loaded, with_origin=origin))
