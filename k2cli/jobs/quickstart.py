"""`k2 quickstart`: a throw-away warehouse that shows in seconds what k2 does, in particular with late trades."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from engines.base import CandleQuery, Observer, RefreshRequest, ValidationRequest
from engines.domain.findings import Validation
from engines.domain.invariants import AGAINST_TRADES
from engines.domain.timeframe import DAY, DEFAULT_TIMEFRAMES, H1, HOUR, M1, MINUTE
from engines.lake import Lake
from k2cli.exit_codes import ExitCode
from k2cli.jobs.aggregate import aggregate
from k2cli.jobs.chart import chart_page
from k2cli.language.times import Clock
from k2cli.reports import AggregateReport, ChartCandle, QuickstartReport, Step
from k2cli.trades.synthetic import generate

TRADES = 100_000
DAYS = 2
EXCHANGES = ("binance", "kraken")
SYMBOLS = ("BTCUSDT", "ETHUSDT")
LATE_SPAN = 3 * MINUTE
"""Length of the span whose trades are held back until the candles are built."""

PAGE = "chart.html"
"""Name of the page in the folder of the warehouse."""

SETTINGS = """\
# Made by k2 quickstart. All there is lies in this folder: remove it when you have seen enough.
[catalog]
name = "quickstart"
uri = "sqlite:///k2-data/catalog.db?timeout=60"
warehouse = "k2-data/warehouse"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Sample trades in two deliveries.

    Attributes:
        punctual: Trades of the first delivery; it contains some duplicates.
        late: Trades that are delivered after the candles were built.
    """

    punctual: Sequence[pa.Table]
    late: pa.Table


def sample(now: int) -> Sample:
    """Make two days of trades that end at the last midnight, with those of three minutes held back as late trades."""
    start = now - now % DAY - DAYS * DAY
    begin = start + DAYS * DAY - 10 * HOUR
    tables = generate(
        trades=TRADES,
        start=start,
        days=DAYS,
        symbols=SYMBOLS,
        exchanges=EXCHANGES,
        duplicates=0.02,
        late=0.01,
        seed=1,
        now=now,
    )
    punctual, late = [], []
    for table in tables:
        time = table["timestamp"]
        held = pc.and_(pc.greater_equal(time, begin), pc.less(time, begin + LATE_SPAN))
        late.append(table.filter(held))
        punctual.append(table.filter(pc.invert(held)))
    return Sample(punctual=punctual, late=pa.concat_tables(late))


def quickstart(
    lake: Lake, clock: Clock, *, folder: Path, config: Path, run_id: str, observer: Observer
) -> QuickstartReport:
    """Fill a new warehouse with trades and candles in three runs of aggregate, and validate the candles.

    The first run builds all candles, the second recomputes only the windows of late trades, the third finds nothing to
    do. Finally every candle is compared with its recomputation from the trades.

    Args:
        lake: The lake of the new warehouse.
        clock: The clock of the run; the trades end at its last midnight, UTC.
        folder: Folder of the warehouse.
        config: Settings file of the warehouse.
        run_id: Identity of the run.
        observer: Receives progress.

    Raises:
        K2Error: A run of aggregate failed, or the candles could not be validated.
    """

    def run() -> AggregateReport:
        wanted = RefreshRequest(timeframes=DEFAULT_TIMEFRAMES, now=clock(), run_id=run_id)
        report = aggregate(lake, wanted, observer)
        report.raise_for_failures()
        return report

    trades = sample(clock())
    lake.create_tables(with_trades=True)
    first = lake.append(trades.punctual, run_id=run_id)
    built = run()
    late = lake.append([trades.late], run_id=run_id)
    mended, again = run(), run()
    request = ValidationRequest(timeframes=DEFAULT_TIMEFRAMES, now=clock(), against_trades=True)
    validation = lake.validate(request, observer)
    minutes = CandleQuery(timeframe=M1, exchange=EXCHANGES[0], symbol=SYMBOLS[0])
    chart_page(lake, minutes, folder / PAGE, force=True, run_id=run_id, now=clock())
    return QuickstartReport(
        exit_code=ExitCode.VALIDATION_FAILED if validation.broken else ExitCode.OK,
        folder=str(folder),
        config=str(config),
        trades=first.rows,
        late=late.rows,
        steps=(*_steps("1 first build", built), *_steps("2 late trades", mended), *_steps("3 nothing new", again)),
        candles_checked=_recomputed(validation),
        candles_broken=validation.broken,
        chart_title=f"{SYMBOLS[0]} on {EXCHANGES[0]}, {H1.name} candles",
        chart=_chart(lake),
        page=str(folder / PAGE),
        next=_next(config, folder),
    )


def _recomputed(validation: Validation) -> int:
    """Number of candles that were compared with their recomputation from the trades."""
    findings = (finding for table in validation.tables for finding in table.findings)
    return sum(finding.checked for finding in findings if finding.invariant == AGAINST_TRADES.name)


def _steps(name: str, report: AggregateReport) -> tuple[Step, ...]:
    return tuple(
        Step(
            step=name,
            table=table.table,
            timeframe=table.timeframe,
            status=table.status,
            windows=table.windows,
            candles_written=table.candles_written,
            trades_read=table.trades_read,
            seconds=table.seconds,
        )
        for table in report.tables
    )


def _chart(lake: Lake) -> tuple[ChartCandle, ...]:
    query = CandleQuery(timeframe=H1, exchange=EXCHANGES[0], symbol=SYMBOLS[0], limit=DAYS * 24)
    return tuple(map(ChartCandle.of, lake.candles(query).read_all().to_pylist()))


def _next(config: Path, folder: Path) -> tuple[str, ...]:
    """Commands to try next; they can be pasted in any folder."""
    here = f"--config {shlex.quote(str(config))}"
    return (
        f"k2 ohlcv status {here}",
        f"k2 ohlcv show 1h --exchange {EXCHANGES[0]} --symbol {SYMBOLS[0]} --limit 5 {here}",
        f"k2 ohlcv show 1m --output csv {here} | head",
        f"k2 trades generate --trades 5000 --seed 2 {here}",
        f"k2 ohlcv aggregate {here}",
        f"k2 ohlcv validate --against-trades {here}",
        f"rm -r {shlex.quote(str(folder))}",
    )
