"""`k2 trades import`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engines.errors import CatalogMissing, TableMissing
from k2cli.commands import parameters as p
from k2cli.commands.options import command
from k2cli.session import Session

if TYPE_CHECKING:
    from k2cli.reports import ImportReport


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "import", recorded=True)(import_trades)


def import_trades(
    session: Session,
    *,
    files: Annotated[
        list[Path], typer.Argument(help="Files, folders of them, or - for standard input.", show_default=False)
    ],
    layout: p.Layout = None,
    exchange: p.FilesExchange = None,
    symbol: p.FilesSymbol = None,
    timestamp_unit: p.TimestampUnit = None,
    price_shift: p.PriceShift = 0,
    quantity_shift: p.QuantityShift = 0,
    contract_size: p.ContractSizes = None,
    strict: Annotated[bool, typer.Option("--strict", help="Import nothing when a row is rejected.")] = False,
    allow_rejects: Annotated[
        bool, typer.Option("--allow-rejects", help="Import the others when a trade has to be left out.")
    ] = False,
    again: Annotated[bool, typer.Option("--again", help="Import files, too, that were imported already.")] = False,
    mix: Annotated[
        bool, typer.Option("--mix", help="Add trades to aggregates of them, or the other way round; they count twice.")
    ] = False,
    create: Annotated[bool, typer.Option("--create", help="Make the tables that are not there yet.")] = False,
    rejects: Annotated[
        Path | None, typer.Option(help="The rejected rows; default: FILE.rejects.csv beside k2.toml.")
    ] = None,
) -> None:
    """Import trades from files, all in one commit. What is imported twice counts once.

    A file that was imported already is passed over (--again reads it once more). A trade that does not fit the table is
    never left out without a word: nothing is imported then (exit code 3), unless you agree with --allow-rejects.

    [bold]Examples[/bold]

      k2 trades import trades.csv --create

      k2 trades import *-trades-2024-03-*.zip --exchange binance
    """
    from k2cli.jobs import import_trades as job

    delivery = job.Delivery(
        files=files,
        layout=layout,
        layouts=session.settings.trades.layouts_folder,
        exchange=exchange,
        symbol=symbol,
        timestamp_unit=timestamp_unit.value if timestamp_unit else None,
        contract_sizes=contract_size or (),
        price_shift=price_shift,
        quantity_shift=quantity_shift,
        strict=strict,
        allow_rejects=allow_rejects,
        again=again,
        mix=mix,
        rejects=rejects or _beside_settings(session, f"{files[0].name}.rejects.csv"),
    )

    def carried_out(*, create: bool) -> "ImportReport":
        lake, clock = session.lake(create=create), session.clock()
        with session.progress("bytes") as observer:
            return job.import_trades(lake, clock, delivery, create=create, run_id=session.run_id, observer=observer)

    try:
        report = carried_out(create=create)
    except (CatalogMissing, TableMissing) as missing:
        missing.hint = f"name yours in k2.toml ([tables] trades), or make them: {session.line('--create')}"
        if not session.agreed(f"{missing.message}. Make the tables of trades and candles now?"):
            raise
        report = carried_out(create=True)
    session.finish(report)


def _beside_settings(session: Session, name: str) -> Path:
    """A file in the project's folder, not beside the data, which may be somebody else's."""
    folder = session.loaded.folder
    return Path(name) if folder == session.cwd else folder / name
