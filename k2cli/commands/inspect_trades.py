"""`k2 trades inspect`."""

from pathlib import Path
from typing import Annotated

import typer

from engines.errors import CatalogMissing, TableMissing
from k2cli.commands import parameters as p
from k2cli.commands.options import command
from k2cli.session import Session


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "inspect")(inspect)


def inspect(
    session: Session,
    *,
    files: Annotated[list[Path] | None, typer.Argument(help="Files of trades.", show_default=False)] = None,
    layout: p.Layout = None,
    exchange: p.FilesExchange = None,
    symbol: p.FilesSymbol = None,
    timestamp_unit: p.TimestampUnit = None,
    price_shift: p.PriceShift = 0,
    quantity_shift: p.QuantityShift = 0,
    contract_size: p.ContractSizes = None,
    layout_template: Annotated[
        bool, typer.Option("--layout-template", help="Print a layout to start from, for a file that is in none.")
    ] = False,
) -> None:
    """Look at files of trades before an import, or without a file at the table of trades before a run.

    Says how they are read, shows the first trades as they are stored, what would be left out, and the line to type.
    Of the table it reads metadata and about 10,000 of the newest rows. Writes nothing.

    [bold]Examples[/bold]

      k2 trades inspect BTCUSDT-trades-2024-03-01.zip --exchange binance

      k2 trades inspect mine.csv --layout-template > mine.toml

      k2 trades inspect
    """
    if not files:
        from k2cli.jobs.inspect_trades import inspect_trades

        session.finish(inspect_trades(session.lake()))
        return
    from k2cli.jobs import inspect_files as job

    question = job.Question(
        files=files,
        layout=layout,
        layouts=session.settings.trades.layouts_folder,
        exchange=exchange,
        symbol=symbol,
        timestamp_unit=timestamp_unit.value if timestamp_unit else None,
        price_shift=price_shift,
        quantity_shift=quantity_shift,
        contract_sizes=contract_size or (),
    )
    if layout_template:
        session.finish(job.layout_template(question))
        return
    try:
        report = job.inspect_files(session.lake(), session.clock(), question)
    except (CatalogMissing, TableMissing):
        report = job.inspect_files(None, session.clock(), question)
    session.finish(report)
