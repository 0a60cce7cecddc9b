"""Parameters that several commands share, and those with long help texts."""

from typing import Annotated, Any

import typer

from k2cli.commands import completion
from k2cli.commands.fill_names import FillName
from k2cli.commands.unit_names import UnitName

_SPAN = "Recompute what has not changed, too"
_SINCE = "Windows from this time on: 2024-03-01, 7d (ago), yesterday, now-2h …; UTC unless it names a zone."
_UNTIL = "Windows before this time; a date means the beginning of that day."


def _option(*names: str, text: str, **more: Any) -> Any:  # noqa: ANN401 - Typer's own type
    return typer.Option(*names, help=text, show_default=False, **more)


Timeframes = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[TIMEFRAME]...",
        help="The tables; default: all.",
        show_default=False,
        autocompletion=completion.timeframes,
    ),
]
SomeTimeframes = Annotated[
    list[str],
    typer.Argument(
        metavar="TIMEFRAME...", help="The tables.", show_default=False, autocompletion=completion.timeframes
    ),
]
Timeframe = Annotated[
    str,
    typer.Argument(help="The table.", show_default=False, autocompletion=completion.timeframes),
]
Windows = Annotated[
    str,
    typer.Argument(
        metavar="TIMEFRAME",
        help="15m, 4h, 1d, 1w, 1M (month), 1q, 1y …: any is merged from the tables.",
        show_default=False,
        autocompletion=completion.timeframes,
    ),
]
Zone = Annotated[
    str | None,
    _option("--zone", metavar="NAME", text="Days, weeks, months … of this zone: Europe/Berlin. Default: UTC."),
]
DayStart = Annotated[
    str | None, _option("--day-start", metavar="HH:MM", text="The time at which a day begins in that zone.")
]
Anchor = Annotated[
    str | None, _option("--anchor", metavar="TIME", text="A time at which a window begins, for 7m, 45m, 3d …")
]
Filled = Annotated[
    FillName,
    typer.Option("--fill", help="Windows without trades: no row, nulls, the last close without volume, or zeros."),
]
Exchange = Annotated[str | None, _option("--exchange", text="Only this exchange.", autocompletion=completion.exchanges)]
Symbol = Annotated[str | None, _option("--symbol", text="Only this symbol.", autocompletion=completion.symbols)]
Layout = Annotated[
    str | None,
    _option(
        "--layout",
        metavar="NAME|FILE.toml",
        text="How the files are written: a name, or a file that describes it; default: detected.",
        autocompletion=completion.layouts,
    ),
]
FilesExchange = Annotated[
    str | None,
    _option("--exchange", text="The exchange, where the files do not name it.", autocompletion=completion.exchanges),
]
FilesSymbol = Annotated[
    str | None,
    _option("--symbol", text="The symbol, where the files do not name it.", autocompletion=completion.symbols),
]
TimestampUnit = Annotated[
    UnitName | None, typer.Option("--timestamp-unit", help="The unit of the times; default: detected.")
]
ContractSizes = Annotated[
    list[str] | None,
    _option(
        "--contract-size",
        metavar="SYMBOL=SIZE",
        text="What one contract is worth in coins (an inverse one: in dollars), where files count contracts.",
    ),
]
PriceShift = Annotated[
    int,
    typer.Option(
        metavar="N",
        min=-18,
        max=18,
        help="""Move the decimal point of every price N places to the right; -4 for a file of Phemex contracts,
whose prices count ten-thousandths.""",
    ),
]
QuantityShift = Annotated[
    int,
    typer.Option(
        metavar="N",
        min=-18,
        max=18,
        help="Move the decimal point of every quantity likewise; -8 where quantities count satoshis.",
    ),
]
Now = Annotated[str | None, _option("--now", metavar="TIME", text="Use this time as now, in place of the clock.")]

RebuildFrom = Annotated[
    str | None,
    _option(
        "--from",
        metavar="TIME",
        text=_SINCE,
        rich_help_panel=_SPAN,
    ),
]
RebuildTo = Annotated[
    str | None,
    _option("--to", metavar="TIME", text=_UNTIL, rich_help_panel=_SPAN),
]
Lookback = Annotated[
    str | None, _option("--lookback", metavar="DURATION", text="The last 10m, 6h, 2d …", rich_help_panel=_SPAN)
]
Rebuild = Annotated[bool, _option("--rebuild", text="Rebuild everything that is not frozen.", rich_help_panel=_SPAN)]
IncludeOpen = Annotated[
    bool, _option("--include-open", text="Publish windows that are not over yet, too; each such run makes them anew.")
]
IncrementalOnly = Annotated[bool, _option("--incremental-only", text="Refuse (exit 2) when a full rebuild is needed.")]
DryRun = Annotated[bool, _option("--dry-run", text="Show what would be done, and do nothing.")]
DetailedExitCode = Annotated[
    bool, _option("--detailed-exit-code", text="With --dry-run: exit 4 when there is something to do.")
]

From = Annotated[
    str | None,
    _option("--from", metavar="TIME", text=_SINCE),
]
To = Annotated[str | None, _option("--to", metavar="TIME", text=_UNTIL)]
Until = Annotated[str | None, _option("--until", metavar="TIME", text=_UNTIL)]
AllowEmpty = Annotated[
    bool, _option("--allow-empty", text="No candles are a result, even where there is no such symbol.")
]
AgainstTrades = Annotated[
    bool, _option("--against-trades", text="Recompute from the trades of the recorded snapshot, and compare.")
]
Deep = Annotated[bool, _option("--deep", text="Read every byte of the candle files, and name the damaged ones.")]
MaxLag = Annotated[
    str | None, _option("--max-lag", metavar="DURATION", text="Exit 3 when a table is further behind than 15m, 2h …")
]
MaxLagOfStatus = Annotated[
    str | None,
    _option(
        "--max-lag",
        metavar="DURATION",
        text="Exit 3 when a table is further behind than 15m, 2h …; settings: than the settings' \\[lag] allow.",
    ),
]

Watch = Annotated[bool, _option("--watch", text="Look again every five seconds, until Ctrl-C.")]

OlderThan = Annotated[
    str | None, _option("--older-than", metavar="DURATION", text="Instead of the tables' own retention: 30d, 8w …")
]
OnlyCandles = Annotated[bool, _option("--candles", text="Only drop candles; leave snapshots and files.")]
OnlySnapshots = Annotated[bool, _option("--snapshots", text="Only expire snapshots and delete files; drop no candle.")]
Orphans = Annotated[
    bool, _option("--orphans", text="Also delete files that no snapshot refers to and that are more than a day old.")
]
Spare = Annotated[bool, _option("--spare", text="Leave what would need --force, which is no failure then.")]
Force = Annotated[bool, _option("--force", text="Even most of a table, whole series, or what no coarser table holds.")]
Snapshot = Annotated[
    str | None,
    _option("--snapshot", metavar="ID", text="Go back to this snapshot of the table, or to a tag, with its own fence."),
]
BeforeTime = Annotated[
    str | None,
    _option("--before", metavar="TIME", text="Go back to what each table was before this time: 2024-03-01, now-2h …"),
]
Yes = Annotated[bool, _option("--yes", "-y", text="Do not ask.")]
