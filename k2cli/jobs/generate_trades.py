"""`k2 trades generate`: add made-up trades to the source table; the same seed makes the same trades."""

from dataclasses import dataclass
from datetime import UTC, datetime

from engines.base import Observer
from engines.domain.timeframe import DAY, isoformat, to_datetime, to_instant
from engines.errors import UsageError
from engines.lake import Lake
from k2cli.jobs.event_times import EventTimes
from k2cli.language.times import Clock
from k2cli.reports import GenerateReport
from k2cli.trades.synthetic import generate


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Which trades to make; `k2cli.trades.synthetic.generate` explains the other fields.

    Attributes:
        start: The earliest event time, microseconds since the epoch; None: the start of yesterday, UTC.
        symbols: Symbols, separated by commas.
        exchanges: Exchanges, separated by commas.
    """

    trades: int
    start: int | None
    days: float
    symbols: str
    exchanges: str
    duplicates: float
    late: float
    seed: int


_MOST_DAYS = 3650
_EARLIEST = to_instant(datetime(2000, 1, 1, tzinfo=UTC))
_LATEST = to_instant(datetime(2200, 1, 1, tzinfo=UTC))


def generate_trades(lake: Lake, clock: Clock, recipe: Recipe, *, run_id: str, observer: Observer) -> GenerateReport:
    """Generate trades and append them in one commit.

    Raises:
        TableMissing: The source table does not exist.
        UsageError: A field of the recipe is out of its range.
    """
    if not 0 < recipe.days <= _MOST_DAYS:
        raise UsageError(f"--days {recipe.days} is not between 0 and {_MOST_DAYS}", hint="name a number of days")
    now = clock()
    start = now - now % DAY - DAY if recipe.start is None else recipe.start
    if not _EARLIEST <= start < _LATEST:
        raise UsageError(f"--start {isoformat(start)} lies outside of 2000 to 2200", hint="name a day in that time")
    tables = generate(
        trades=recipe.trades,
        start=start,
        days=recipe.days,
        symbols=_names(recipe.symbols),
        exchanges=_names(recipe.exchanges),
        duplicates=recipe.duplicates,
        late=recipe.late,
        seed=recipe.seed,
        now=now,
    )
    times = EventTimes(observer, "trades")
    observer.started("trades", recipe.trades)
    appended = lake.append(times.seen(tables), run_id=run_id)
    observer.finished("trades")
    return GenerateReport(
        table=appended.table,
        trades=appended.rows,
        seed=recipe.seed,
        first=None if times.first is None else to_datetime(times.first),
        last=None if times.last is None else to_datetime(times.last),
        snapshot_id=appended.snapshot_id,
        bytes_written=appended.bytes_written,
    )


def _names(text: str) -> list[str]:
    return [name for part in text.split(",") if (name := part.strip())]
