"""`k2 trades generate`."""

from typing import Annotated

import typer

from k2cli.commands.options import command
from k2cli.language.times import parse_optional_instant
from k2cli.session import Session


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "generate", recorded=True)(generate_trades)


def generate_trades(
    session: Session,
    *,
    trades: Annotated[int, typer.Option(min=1, help="How many trades, copies aside.")] = 100_000,
    start: Annotated[str | None, typer.Option(metavar="TIME", help="The first day; default: yesterday.")] = None,
    days: Annotated[float, typer.Option(help="Number of days that they span.")] = 1.0,
    symbols: Annotated[str, typer.Option(help="Comma-separated.")] = "BTCUSDT,ETHUSDT",
    exchanges: Annotated[str, typer.Option(help="Comma-separated.")] = "binance,kraken",
    duplicates: Annotated[float, typer.Option(min=0, max=1, help="Share of trades that is delivered twice.")] = 0.01,
    late: Annotated[float, typer.Option(min=0, max=1, help="Share of trades that arrives late.")] = 0.01,
    seed: Annotated[int, typer.Option(min=0, help="The same seed makes the same trades.")] = 1,
) -> None:
    """Add made-up trades to the table of trades: bursts, sweeps, equal times, second deliveries.

    [bold]Examples[/bold]

      k2 trades generate

      k2 trades generate --trades 1000000 --start 2024-03-01 --days 7 --symbols BTCUSDT,SHIBUSDT --seed 7
    """
    from k2cli.jobs import generate_trades as job

    recipe = job.Recipe(
        trades=trades,
        start=parse_optional_instant(start, option="--start", now=session.clock()()),
        days=days,
        symbols=symbols,
        exchanges=exchanges,
        duplicates=duplicates,
        late=late,
        seed=seed,
    )
    lake, clock = session.lake(), session.clock()
    with session.progress() as observer:
        report = job.generate_trades(lake, clock, recipe, run_id=session.run_id, observer=observer)
    session.finish(report)
