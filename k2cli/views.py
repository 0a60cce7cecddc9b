"""Reports as people read them: one view a report type, made of blocks."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from functools import singledispatch

from engines.domain.results import Creation
from engines.domain.tables import CANDLE_KEY
from engines.domain.timeframe import isoformat, to_instant
from k2cli import reports as r
from k2cli.blocks import Block, Chart, Column, Sentence, Table
from k2cli.encoding import encode

_SHOWN = {
    **dict(zip(CANDLE_KEY, CANDLE_KEY, strict=True)),
    "open_price": "open",
    "high_price": "high",
    "low_price": "low",
    "close_price": "close",
    "volume": "volume",
    "trade_count": "trades",
    "vwap": "vwap",
}
"""What of a candle fits on a screen; CSV and JSON have all columns."""


@singledispatch
def view(report: r.Report) -> Iterable[Block]:
    """The blocks of a report."""
    raise NotImplementedError(f"no view for {type(report).__name__}")


@view.register
def _(report: r.CreateTablesReport) -> Iterator[Block]:
    rows = [(t.table, t.status.value, "; ".join(t.differences)) for t in report.tables]
    yield _table("table", "status", "differences", rows=rows)
    if any(t.status is Creation.DIFFERS for t in report.tables):
        yield Sentence("some tables differ: k2 ohlcv create-tables --evolve mends what it can", "warning")
    yield Sentence(f"catalog: {report.catalog}")


@view.register
def _(report: r.AggregateReport) -> Iterator[Block]:
    rows = [
        (
            t.table,
            t.status.value,
            count(t.windows),
            count(t.candles_written),
            count(t.candles_removed),
            count(t.trades_read),
            count(t.duplicates),
            count(sum(t.rejected.values())),
            f"{t.seconds:.2f}s",
            t.error or t.reason,
        )
        for t in report.tables
    ]
    numbers = ("windows", "written", "removed", "trades read", "duplicates", "rejected", "time")
    yield _table("table", "status", *numbers, "reason", rows=rows, right=numbers)
    frozen = max((t.frozen for t in report.tables), default=0)
    if frozen:
        yield Sentence(f"{count(frozen)} changed trades lie before the fence and changed nothing", "warning")
    yield Sentence(f"source: {report.source.table} at snapshot {report.source.snapshot_id or 'none (empty)'}")


@view.register
def _(report: r.StatusReport) -> Iterator[Block]:
    rows = [
        (
            t.table,
            _state(t),
            count(t.rows),
            second(t.first),
            second(t.last),
            "" if t.lag_trades is None else count(t.lag_trades),
            "" if t.lag_seconds is None else length(t.lag_seconds),
            count(t.snapshots),
            count(t.files),
            size(t.bytes),
        )
        for t in report.tables
    ]
    numbers = ("rows", "new trades", "lag", "snapshots", "files", "size")
    names = ("table", "state", "rows", "first", "last", *numbers[1:])
    yield _table(*names, rows=rows, right=numbers)
    if any(not t.exists and t.timeframe is not None for t in report.tables):
        yield Sentence("tables are missing: run k2 ohlcv create-tables", "warning")
    if any(not t.exists and t.timeframe is None for t in report.tables):
        yield Sentence("there are no trades: k2 ohlcv create-tables --with-trades, or set [tables] trades", "warning")


@view.register
def _(report: r.ShowReport) -> Iterator[Block]:
    candles = list(report.candles)
    numbers = [shown for name, shown in _SHOWN.items() if name not in CANDLE_KEY]
    columns = [_aligned([candle[name] for candle in candles]) for name in _SHOWN]
    yield _table(*_SHOWN.values(), rows=list(zip(*columns, strict=True)), right=numbers)
    if not candles:
        yield Sentence(f"no such candles in {report.table}", "warning")
    elif len(candles) == report.limit:
        yield Sentence(f"the newest {count(report.limit)} windows; more with --limit, --from, --to")


@view.register
def _(report: r.ImportReport) -> Iterator[Block]:
    rows = [
        (f.file, f.layout, f.unit, "yes" if f.header else "no", count(f.rows), count(f.rejected)) for f in report.files
    ]
    numbers = ("rows", "rejected")
    yield _table("file", "layout", "time unit", "header", *numbers, rows=rows, right=numbers)
    span = f", {moment(report.first)} to {moment(report.last)}" if report.first else ""
    yield Sentence(f"{count(report.imported)} trades imported into {report.table}{span}", "good")
    if report.rejected:
        reasons = ", ".join(f"{reason} {count(n)}" for reason, n in report.rejected.items())
        yield Sentence(
            f"{count(sum(report.rejected.values()))} rows rejected ({reasons}): {report.rejects_file}", "warning"
        )


@view.register
def _(report: r.GenerateReport) -> Iterator[Block]:
    span = f", {moment(report.first)} to {moment(report.last)}" if report.first else ""
    yield Sentence(f"{count(report.trades)} trades added to {report.table}{span} (seed {report.seed})", "good")


@view.register
def _(report: r.QuickstartReport) -> Iterator[Block]:
    yield Sentence(f"warehouse: {report.folder}", "title")
    rows = [
        (
            s.step,
            s.table,
            s.status.value,
            count(s.windows),
            count(s.candles_written),
            count(s.trades_read),
            f"{s.seconds:.2f}s",
        )
        for s in report.steps
    ]
    numbers = ("windows", "written", "trades read", "time")
    yield _table("run", "table", "status", *numbers, rows=rows, right=numbers)
    yield Chart(report.chart_title, report.chart)
    yield Sentence("")
    yield Sentence("try next:", "title")
    yield from (Sentence(f"  {command}", "command") for command in report.next)


@view.register
def _(report: r.EnginesReport) -> Iterator[Block]:
    rows = [(("* " if e.selected else "  ") + e.name, e.module, e.distribution) for e in report.engines]
    yield _table("  name", "module", "installed by", rows=rows)
    yield Sentence('* is used; choose another with --engine NAME, K2_ENGINE or engine = "NAME" in k2.toml')


@view.register
def _(report: r.ConfigReport) -> Iterator[Block]:
    if all(s.origin is None for s in report.settings):
        yield _table("setting", "value", rows=[(s.key, s.value) for s in report.settings])
    else:
        rows = [(s.key, s.value, s.origin or "") for s in report.settings]
        yield _table("setting", "value", "origin", rows=rows)


def _table(*names: str, rows: Sequence[Sequence[str]], right: Sequence[str] = ()) -> Table:
    return Table([Column(name, right=name in right) for name in names], rows)


def _state(table: r.StatusOfTable) -> str:
    if not table.exists:
        return "missing"
    if table.timeframe is None:
        return "source"
    if table.closed_until is None:
        return "not built yet"
    return "up to date" if table.up_to_date else "behind"


def _aligned(values: Sequence[object]) -> list[str]:
    """A column's cells: every digit that is not a trailing zero of the whole column."""
    numbers = [value for value in values if isinstance(value, Decimal)]
    if not numbers:
        return ["" if value is None else str(encode(value)) for value in values]
    places = max(2, *(len(f"{number:f}".rstrip("0").partition(".")[2]) for number in numbers))
    return [f"{value:.{places}f}" if isinstance(value, Decimal) else "" for value in values]


def moment(value: datetime | None) -> str:
    """An instant, ISO 8601 with Z; empty when there is none."""
    return "" if value is None else isoformat(to_instant(value))


def second(value: datetime | None) -> str:
    """An instant down to the second."""
    return "" if value is None else moment(value.replace(microsecond=0))


def count(number: int) -> str:
    """A number in groups of three: 1,234,567."""
    return f"{number:,}"


def size(number: int) -> str:
    """Bytes in a unit that fits."""
    amount = float(number)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if amount < 1024:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1024
    return f"{amount:.1f} TiB"


def length(seconds: float) -> str:
    """A length of time in its two largest units."""
    left = int(abs(seconds))
    parts = []
    for unit, per in (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)):
        if left >= per:
            parts.append(f"{left // per}{unit}")
            left %= per
    return ("-" if seconds < 0 else "") + (" ".join(parts[:2]) or "0s")
