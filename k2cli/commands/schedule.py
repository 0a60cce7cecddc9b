"""`k2 schedule`: print the configuration of cron, systemd or Prefect."""

from pathlib import Path
from typing import Annotated

import typer

from k2cli.commands.options import command
from k2cli.session import Session
from k2cli.session.logs import LOGGER


def register(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "crontab")(crontab)
    command(app, "systemd")(systemd)
    command(app, "prefect")(prefect)


def crontab(
    session: Session,
    *,
    log: Annotated[
        Path | None,
        typer.Option("--log", metavar="FILE", help="The log file; default: k2-ohlcv.log beside k2.toml."),
    ] = None,
    zone: Annotated[
        str | None,
        typer.Option("--zone", metavar="NAME", help="Time zone of cron's clock; default: this machine's."),
    ] = None,
    install: Annotated[
        bool,
        typer.Option("--install", help="Put it into your crontab, whose other lines stay."),
    ] = False,
) -> None:
    """Print a crontab: for each table aggregate, then validate. The times are UTC, written in the zone of cron's clock.

    [bold]Examples[/bold]

      k2 schedule crontab

      k2 schedule crontab --install
    """
    from k2cli.jobs import schedule as job

    _warn(session)
    now = session.clock()()
    session.finish(job.schedule_crontab(session.loaded, log=log, zone=zone, now=now, install=install))


def systemd(
    session: Session,
    *,
    user: Annotated[bool, typer.Option("--user", help="For your own service manager (systemctl --user).")] = False,
    folder: Annotated[
        Path | None,
        typer.Option("--dir", metavar="DIR", help="Write the units to this folder instead of printing them."),
    ] = None,
) -> None:
    """Print units of systemd: a service and a timer for each table. Missed times are made up for, by one run.

    [bold]Examples[/bold]

      k2 schedule systemd --dir /etc/systemd/system

      k2 schedule systemd --user --dir ~/.config/systemd/user
    """
    import getpass

    from k2cli.jobs import schedule as job

    _warn(session)
    session.finish(job.schedule_systemd(session.loaded, user=None if user else getpass.getuser(), folder=folder))


def prefect(session: Session) -> None:
    """Print a prefect.yaml with a deployment for each table, for a team's work pool. On a laptop: k2 prefect serve.

    [bold]Example[/bold]

      k2 schedule prefect > prefect.yaml && prefect --no-prompt deploy --all
    """
    from k2cli.jobs import schedule as job

    _warn(session)
    session.finish(job.schedule_prefect(session.loaded))


def _warn(session: Session) -> None:
    from k2cli.jobs.schedule import unseen

    for variable in unseen(session.loaded):
        LOGGER.warning("%s is set in this shell only: set it for the scheduler, too", variable)
