"""`k2 ohlcv export`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from engines.errors import UsageError
from k2cli.commands import parameters as p
from k2cli.commands.export_names import FormatName, PartitionColumn, TargetName
from k2cli.commands.fill_names import FillName
from k2cli.commands.options import command
from k2cli.language.times import parse_span
from k2cli.session import Session


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "export", panel="Look")(export)


def export(
    session: Session,
    *,
    timeframe: p.Windows,
    path: Annotated[
        Path,
        typer.Option(
            "--to", metavar="PATH", show_default=False, help="The file or folder to write; -: standard output."
        ),
    ],
    format_: Annotated[
        FormatName | None, typer.Option("--format", help="How it is written; default: what the suffix tells.")
    ] = None,
    target: Annotated[
        TargetName | None,
        typer.Option("--for", help="Names, columns and types as this program reads them, as doubles."),
    ] = None,
    partition_by: Annotated[
        PartitionColumn | None,
        typer.Option("--partition-by", help="A folder for each series: exchange=…/symbol=…, as Hive has them."),
    ] = None,
    exchange: p.Exchange = None,
    symbol: p.Symbol = None,
    start: p.From = None,
    until: p.Until = None,
    zone: p.Zone = None,
    day_start: p.DayStart = None,
    anchor: p.Anchor = None,
    fill: p.Filled = FillName.NONE,
    pairs: Annotated[
        list[str] | None,
        typer.Option(
            "--pair",
            metavar="SYMBOL=PAIR",
            show_default=False,
            help="For freqtrade: BTCUSDT=BTC/USDT; default: told by the symbol.",
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", show_default=False, help="Replace what an earlier export left there.")
    ] = False,
    allow_empty: p.AllowEmpty = False,
) -> None:
    """Write candles of any length to files: Parquet, csv, Feather, JSON lines, JSON, or what backtesters read.

    Numbers keep all their digits, but for programs that read doubles. Files appear when they are whole.

    [bold]Examples[/bold]

      k2 ohlcv export 1h --to hours.parquet --from 2024-03-01 --until 2024-04-01

      k2 ohlcv export 5m --to user_data/data --for freqtrade

      k2 ohlcv export 1m --to - --format csv --symbol BTCUSDT | head
    """
    from k2cli.jobs import candles
    from k2cli.jobs import export as job
    from k2cli.language.windows import parse_alignment
    from k2cli.rendering.output import leave_stdout

    now = session.clock()()
    since, end = parse_span(start, until, now=now, names=("--from", "--until"))
    piped = path == job.STDOUT
    if piped and session.output != "table":
        raise UsageError(
            "standard output gets the candles, so there is no --output", hint="say --format, or name a file"
        )
    request = job.ExportRequest(
        path=path,
        format=job.Format(format_.value) if format_ else None,
        target=target.value if target else None,
        partitioned=partition_by is not None,
        pairs=job.pairs(pairs or ()),
        force=force,
        run_id=session.run_id,
        allow_empty=allow_empty,
    )
    alignment = parse_alignment(zone, day_start, anchor, now=now, names=("--day-start", "--anchor"))
    asked = candles.Asked(exchange=exchange, symbol=symbol, start=since, end=end, fill=fill.value)
    query = candles.query_of(session.settings, timeframe, alignment, asked)
    try:
        with session.progress() as observer:
            report = job.export(
                session.lake(), query, request, now=now, stream=sys.stdout.buffer if piped else None, observer=observer
            )
    except BrokenPipeError:
        leave_stdout()
    else:
        session.finish(report)
