"""Reports as people read them: one view a report type, made of blocks."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import singledispatch
from itertools import groupby

from engines.domain.results import Creation, Status
from engines.domain.tables import CANDLE_KEY
from k2cli import reports as r
from k2cli.aggregation import done, planned
from k2cli.blocks import Block, Chart, Sentence, table
from k2cli.encoding import encode
from k2cli.upkeep import compacted, pruned, validated
from k2cli.words import count, length, moment, second, size

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
    yield table("table", "status", "differences", rows=rows)
    if any(t.status is Creation.DIFFERS for t in report.tables):
        yield Sentence("some tables differ: k2 ohlcv create-tables --evolve mends what it can", "warning")
    yield Sentence(f"catalog: {report.catalog}")


@view.register
def _(report: r.AggregateReport) -> Iterator[Block]:
    yield from (planned(report) if report.dry_run else done(report))


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
    yield table(*names, rows=rows, right=numbers)
    if any(not t.exists and t.timeframe is not None for t in report.tables):
        yield Sentence("tables are missing: run k2 ohlcv create-tables", "warning")
    if any(not t.exists and t.timeframe is None for t in report.tables):
        yield Sentence("there are no trades: k2 ohlcv create-tables --with-trades, or set [tables] trades", "warning")


@view.register
def _(report: r.ShowReport) -> Iterator[Block]:
    candles = list(report.candles)
    numbers = [shown for name, shown in _SHOWN.items() if name not in CANDLE_KEY]
    columns = [_aligned([candle[name] for candle in candles]) for name in _SHOWN]
    yield table(*_SHOWN.values(), rows=list(zip(*columns, strict=True)), right=numbers)
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
    yield table("file", "layout", "time unit", "header", *numbers, rows=rows, right=numbers)
    span = f", {moment(report.first)} to {moment(report.last)}" if report.first else ""
    yield Sentence(f"{count(report.imported)} trades imported into {report.table}{span}", "good")
    shifts = {"prices": report.price_shift, "quantities": report.quantity_shift}
    if any(shifts.values()):
        yield Sentence(", ".join(f"{name} times 10^{shift}" for name, shift in shifts.items() if shift))
    if report.rejected:
        reasons = ", ".join(f"{reason} {count(n)}" for reason, n in report.rejected.items())
        yield Sentence(
            f"{count(sum(report.rejected.values()))} rows rejected ({reasons}): {report.rejects_file}", "warning"
        )
    options = [f"--{name}-shift" for name in ("price", "quantity") if _unfit(name) & report.rejected.keys()]
    if options:
        yield Sentence(f"if the numbers count in another unit, say so by {' and '.join(options)}: nothing is rounded")


@view.register
def _(report: r.GenerateReport) -> Iterator[Block]:
    span = f", {moment(report.first)} to {moment(report.last)}" if report.first else ""
    yield Sentence(f"{count(report.trades)} trades added to {report.table}{span} (seed {report.seed})", "good")


@view.register
def _(report: r.QuickstartReport) -> Iterator[Block]:
    yield Sentence(f"warehouse: {report.folder}", "title")
    idle = [s for s in report.steps if s.status is Status.UP_TO_DATE]
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
        if s not in idle
    ]
    numbers = ("windows", "written", "trades read", "time")
    yield table("run", "table", "status", *numbers, rows=rows, right=numbers)
    for step, several in groupby(idle, key=lambda s: s.step):
        tables = list(several)
        seconds = sum(s.seconds for s in tables)
        yield Sentence(f"{step}: all {len(tables)} tables up to date, no trade read, nothing committed, {seconds:.2f}s")
    if report.candles_broken:
        yield Sentence(f"4 validation: {count(report.candles_broken)} candles are broken", "bad")
    else:
        checked = count(report.candles_checked)
        yield Sentence(f"4 validation: {checked} candles recomputed from the trades, all equal", "good")
    yield Sentence("")
    yield Chart(report.chart_title, report.chart)
    yield Sentence("")
    yield Sentence("try next:", "title")
    yield from (Sentence(f"  {command}", "command") for command in report.next)


@view.register
def _(report: r.ValidateReport) -> Iterator[Block]:
    yield from validated(report)


@view.register
def _(report: r.PruneReport) -> Iterator[Block]:
    yield from pruned(report)


@view.register
def _(report: r.CompactReport) -> Iterator[Block]:
    yield from compacted(report)


@view.register
def _(report: r.ScheduleReport) -> Iterator[Block]:
    if report.folder:
        yield table("written", rows=[(f.name,) for f in report.files])
        yield Sentence(f"into {report.folder}", "good")
        return
    for f in report.files:
        if len(report.files) > 1:
            yield Sentence(f"# --- {f.name} ---", "title")
        yield Sentence(f.text)


@view.register
def _(report: r.DoctorReport) -> Iterator[Block]:
    rows = [(check.name, check.health.value, check.found) for check in report.checks]
    if not report.quick:
        yield table("check", "state", "found", rows=rows)
    for check in report.checks:
        if check.fix:
            yield Sentence(f"{check.name}: {check.found}", "bad" if check.exit_code else "warning")
            yield Sentence(f"  {check.fix}", "command")
    failed = sum(1 for check in report.checks if check.exit_code)
    if failed:
        yield Sentence(f"{failed} of {len(report.checks)} checks failed", "bad")
    else:
        yield Sentence(f"{len(report.checks)} checks: nothing failed", "good")


@view.register
def _(report: r.EnginesReport) -> Iterator[Block]:
    rows = [(("* " if e.selected else "  ") + e.name, e.module, e.distribution) for e in report.engines]
    yield table("  name", "module", "installed by", rows=rows)
    yield Sentence('* is used; choose another with --engine NAME, K2_ENGINE or engine = "NAME" in k2.toml')


@view.register
def _(report: r.ConfigReport) -> Iterator[Block]:
    if all(s.origin is None for s in report.settings):
        yield table("setting", "value", rows=[(s.key, s.value) for s in report.settings])
    else:
        rows = [(s.key, s.value, s.origin or "") for s in report.settings]
        yield table("setting", "value", "origin", rows=rows)


def _state(table: r.StatusOfTable) -> str:
    if not table.exists:
        return "missing"
    if table.timeframe is None:
        return "source"
    if table.closed_until is None:
        return "not built yet"
    if table.late:
        return "late"
    return "up to date" if table.up_to_date else "behind"


def _unfit(column: str) -> set[str]:
    """The reasons for which a number that is one was left out: decimal(18,8) cannot hold it."""
    return {f"{column}_too_large", f"{column}_too_many_decimals"}


def _aligned(values: Sequence[object]) -> list[str]:
    """A column's cells: every digit that is not a trailing zero of the whole column."""
    numbers = [value for value in values if isinstance(value, Decimal)]
    if not numbers:
        return ["" if value is None else str(encode(value)) for value in values]
    places = max(2, *(len(f"{number:f}".rstrip("0").partition(".")[2]) for number in numbers))
    return [f"{value:.{places}f}" if isinstance(value, Decimal) else "" for value in values]
