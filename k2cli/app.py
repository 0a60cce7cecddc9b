"""The command tree. Nothing heavy is imported here: `k2 --help` is to answer at once."""

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from k2cli.commands import config, doctor, engines, ohlcv, prefect, quickstart, schedule, trades
from k2cli.commands.options import remember
from k2cli.session import program_version


class _Commands(TyperGroup):
    """Lists the commands in the order in which they are met, not the groups first."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401, ARG002 - Typer's signature, with a private type
        """The names, for help."""
        order = ("quickstart", "ohlcv", "trades", "schedule", "prefect", "doctor", "config", "engines")
        return sorted(self.commands, key=lambda name: order.index(name) if name in order else len(order))


app = typer.Typer(
    name="k2",
    cls=_Commands,
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
    """


quickstart.register(app)
app.add_typer(ohlcv.app, rich_help_panel="Every day")
app.add_typer(trades.app, rich_help_panel="Every day")
app.add_typer(schedule.app, rich_help_panel="Set up")
app.add_typer(prefect.app, rich_help_panel="Set up")
doctor.register(app)
app.add_typer(config.app, rich_help_panel="Set up")
engines.register(app)
