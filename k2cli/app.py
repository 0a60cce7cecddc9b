"""The command tree. It imports nothing that loads slowly, so that `k2 --help` answers at once."""

from typing import Annotated

import typer

from k2cli.commands import doctor, engines, quickstart, runs
from k2cli.commands.groups import Late, Root
from k2cli.commands.options import remember
from k2cli.session import program_version

app = typer.Typer(
    name="k2",
    cls=Root,
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode="rich",
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"k2 {program_version()}")
        raise typer.Exit


@app.callback()
@remember
def k2(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Exact OHLCV candles in Apache Iceberg, kept up to date from a table of trades. No server.

    [bold]Start here:[/bold]  k2 quickstart

    [bold]Every day:[/bold]   k2 ohlcv aggregate, from cron or a flow; as often as you like.

    [bold]Shorter:[/bold]     k2 status, k2 show, k2 aggregate … are k2 ohlcv status, show, aggregate …
    """


def _group(name: str, purpose: str, *, panel: str) -> None:
    """Add a group, see `Late`."""
    group = typer.Typer(cls=Late, name=name, no_args_is_help=True, help=purpose)
    group.callback()(remember(lambda: None))
    app.add_typer(group, rich_help_panel=panel)


quickstart.register(app)
_group("ohlcv", "Candle tables: make them, keep them up to date, look at them.", panel="Every day")
_group(
    "trades",
    "The table of trades: fill it from files, or with made-up trades; take trades out; merge files.",
    panel="Every day",
)
_group("schedule", "Print what cron, systemd or Prefect need, for these settings.", panel="Set up")
_group("prefect", "The schedule in Prefect.", panel="Set up")
doctor.register(app)
runs.register(app)
_group("config", "The settings.", panel="Set up")
engines.register(app)


@app.command("help", rich_help_panel="Look")
def help_(
    context: typer.Context,
    words: Annotated[list[str] | None, typer.Argument(metavar="[COMMAND]...", show_default=False)] = None,
) -> None:
    """Show the help of k2 or of a command: k2 help trades import."""
    context.find_root().command.main(args=[*(words or ()), "--help"], prog_name="k2", standalone_mode=False)


@app.command("version", rich_help_panel="Look")
def version() -> None:
    """Print the version."""
    _print_version(wanted=True)
