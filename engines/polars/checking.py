"""Validation on rows: candles against the invariants, against the 1m candles, and against the trades."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any

import polars as pl

from engines.domain.batches import Batch, batches
from engines.domain.changes import FileSpan, occupied
from engines.domain.findings import MOST_EXAMPLES, Broken, Finding, SourceFindings, Tally
from engines.domain.interval import Intervals
from engines.domain.invariants import AGAINST_TRADES, ROLLUP, UNIQUE, row_invariants
from engines.domain.requests import Observer
from engines.domain.results import Rejected
from engines.domain.tables import CANDLE_KEY, CANDLE_MEASURES, partition_units
from engines.domain.timeframe import FINEST, Timeframe, isoformat, to_instant
from engines.errors import ValidationFailed
from engines.iceberg.rows import Rows
from engines.polars.audit import broken
from engines.polars.fold import MOST, NO_SUMS, SERIES, Folded, fold_exactly, trades_view
from engines.polars.revision import NO_CANDLES, within
from engines.polars.rollup import rollup, to_candles, to_sums
from engines.polars.scan import scan, scan_candles
from engines.validation.work import Check, Claim, Recomputation, Recomputed

_MOST_TRADES = 1_000_000
_MOST_CANDLES = 300_000
"""Rows that are looked at together: about 0.4 GB."""
_DAYS = Timeframe.D1
_EXPECTED = "_expected"
_HIGHEST = 10**18 - 1
"""The highest price, unscaled."""


def check(work: Check, observer: Observer) -> tuple[Finding, ...]:
    """Hold a table against the invariants of its rows and against the 1m candles, batch by batch."""
    with _readable(f"{work.timeframe} candles"):
        findings = _check_rows(work, observer)
        return findings if work.finest is None else (*findings, _check_rollup(work, work.finest))


@contextmanager
def _readable(what: str) -> Iterator[None]:
    """Files that are there but make no sense are a finding of the user's, not a bug of ours."""
    try:
        yield
    except pl.exceptions.ComputeError as error:
        raise ValidationFailed(
            f"{what} cannot be read: {str(error).splitlines()[0]}",
            hint="k2 ohlcv validate --deep names the files that are damaged",
        ) from error


def _check_rows(work: Check, observer: Observer) -> tuple[Finding, ...]:
    tallies = {i.name: Tally(i.name, i.sentence) for i in (*row_invariants(work.timeframe), UNIQUE)}
    name = f"{work.timeframe} candles"
    observer.started(name, sum(file.rows for file in work.rows.within(work.intervals)))
    for part in _parts(work, work.intervals):
        rows = _candles(work.rows, part)
        wrong = broken(rows.lazy(), work.timeframe).collect()
        for invariant, tally in tallies.items():
            of_this = wrong.filter(pl.col("invariant") == invariant).drop("invariant").sort(CANDLE_KEY)
            tally.add(rows.height, of_this.height, _examples(of_this, tally.sentence))
        observer.advanced(name, rows.height)
    observer.finished(name)
    return tuple(tally.finding() for tally in tallies.values())


def _check_rollup(work: Check, finest: Rows) -> Finding:
    """Where both have candles in comparable windows, the coarser must be the merge of the finer."""
    tally = Tally(ROLLUP.name, ROLLUP.sentence)
    timeframe = work.timeframe
    inside = work.intervals & work.comparable
    # Only windows that lie wholly within what is comparable can be compared.
    whole = Intervals.of((timeframe.ceil(r.start), timeframe.floor(r.end)) for r in inside)
    for cut in _parts(work, whole):
        part = Intervals.of((timeframe.ceil(r.start), timeframe.ceil(r.end)) for r in cut)
        if not finest.within(part):
            continue
        # Merged as it is read: a month of 1m candles is 43 200 times as many as its 1d candles.
        sums = rollup(to_sums(_complete(finest, part)), timeframe).collect(engine="streaming")
        merged = to_candles(sums.lazy().filter(_fits()), timeframe).collect()
        beyond = sums.filter(~_fits()).select(*SERIES, pl.col("window_start").cast(pl.Datetime("us", "UTC")))
        rows = _candles(work.rows, part)
        both = rows.join(merged, on=CANDLE_KEY, how="inner", suffix=_EXPECTED)
        wrong = both.filter(_differs()).sort(CANDLE_KEY)
        never = rows.join(beyond, on=CANDLE_KEY, how="semi").sort(CANDLE_KEY)
        tally.add(
            both.height + never.height,
            wrong.height + never.height,
            [*_differences(wrong), *_examples(never, "no candle can hold what its 1m candles add up to")],
        )
    return tally.finding()


def _fits() -> pl.Expr:
    """Whether sums are those of a candle: a stranger's 1m candles may add up to more than the columns hold."""
    volume, quote_volume = pl.col("volume"), pl.col("quote_volume")
    mean, rest = quote_volume // volume, quote_volume % volume
    return pl.all_horizontal(
        ~pl.col("overflow"),
        *(pl.col(n).fill_null(0).abs() <= MOST for n in ("volume", "quote_volume", "buy_volume", "buy_quote_volume")),
        # The mean of the highest prices is the highest price: there it must not be rounded up.
        (mean.abs() < _HIGHEST).fill_null(value=True) | ((mean == _HIGHEST) & (rest < volume - rest)),
    )


def _parts(work: Check, intervals: Intervals) -> Iterator[Intervals]:
    """Times of which the table's rows fit into memory."""
    units = partition_units(work.timeframe, intervals)
    for batch in batches(units, intervals, work.rows.files, _MOST_CANDLES):
        yield from batch.slices


def recompute(work: Recomputation, observer: Observer) -> Recomputed:
    """Fold the trades once, day by day, and hold every table against what comes out."""
    tallies = [Tally(AGAINST_TRADES.name, AGAINST_TRADES.sentence) for _ in work.claims]
    files = () if work.trades is None else work.trades.files
    stored = [claim.rows.files for claim in work.claims if claim.rows is not None]
    times = _times(work.claims, [files, *stored])
    facts = _SourceFacts(work)
    observer.started("trades", sum(f.rows for f in files if times.overlaps(f.interval.start, f.interval.end)))
    with _readable("trades or candles"):
        for batch in batches(partition_units(FINEST, times), times, files, _MOST_TRADES):
            sums = pl.concat([NO_SUMS, *(facts.fold(work.trades, part, observer) for part in batch.slices)])
            for claim, tally in zip(work.claims, tallies, strict=True):
                _check_claim(claim, batch, sums, tally)
    observer.finished("trades")
    return Recomputed(findings=tuple(tally.finding() for tally in tallies), source=facts.findings())


def _times(claims: Iterable[Claim], files: Iterable[Iterable[FileSpan]]) -> Intervals:
    """The days in which there is anything to compare: whole days, so that no window is cut."""
    held = Intervals.of(interval for group in files for interval in occupied(group))
    asked = Intervals.of(r for claim in claims for r in claim.intervals)
    return (held.aligned(_DAYS) & asked.aligned(_DAYS)).aligned(_DAYS)


class _SourceFacts:
    """Folds trades and remembers what there was to say about them."""

    def __init__(self, work: Recomputation) -> None:
        self.snapshot_id = None if work.trades is None else work.trades.snapshot_id
        self.trades_read = 0
        self.duplicates = 0
        self.rejected: dict[str, int] = {}
        self.samples: list[dict[str, str]] = []

    def fold(self, trades: Rows | None, part: Intervals, observer: Observer) -> pl.DataFrame:
        if trades is None or not trades.within(part):
            return NO_SUMS
        source = scan(trades, "timestamp", part)
        view = trades_view(source)
        folded: Folded = fold_exactly(view)
        self.trades_read += folded.trades_read
        self.duplicates += folded.duplicates
        for reason, count in folded.rejected.items():
            self.rejected[reason] = self.rejected.get(reason, 0) + count
        if folded.rejected and len(self.samples) < MOST_EXAMPLES:
            money = (pl.col(name).reinterpret(dtype=pl.Decimal(18, 8)) for name in ("price", "quantity"))
            rows = view.filter(~pl.col("valid")).head(MOST_EXAMPLES).collect(engine="streaming").with_columns(money)
            texts = [_texts(row) for row in rows.drop("valid", "window_start").iter_rows(named=True)]
            self.samples += texts[: MOST_EXAMPLES - len(self.samples)]
        observer.advanced("trades", folded.trades_read)
        return folded.sums

    def findings(self) -> SourceFindings:
        return SourceFindings(
            snapshot_id=self.snapshot_id,
            trades_read=self.trades_read,
            duplicates=self.duplicates,
            rejected=tuple(Rejected(reason=r, count=n) for r, n in sorted(self.rejected.items())),
            samples=tuple(self.samples),
        )


def _check_claim(claim: Claim, batch: Batch, sums: pl.DataFrame, tally: Tally) -> None:
    inside = batch.intervals & claim.intervals
    if not inside:
        return
    merged = sums if claim.timeframe is FINEST else rollup(sums.lazy(), claim.timeframe).collect()
    window = pl.col("window_start")
    expected = to_candles(merged.lazy(), claim.timeframe).filter(within(window, inside)).collect()
    stored = NO_CANDLES if claim.rows is None else _candles(claim.rows, inside)
    both = stored.join(expected, on=CANDLE_KEY, how="inner", suffix=_EXPECTED)
    wrong = both.filter(_differs()).sort(CANDLE_KEY)
    extra = stored.join(expected, on=CANDLE_KEY, how="anti").sort(CANDLE_KEY)
    missing = expected.join(stored, on=CANDLE_KEY, how="anti").sort(CANDLE_KEY)
    tally.add(
        stored.height + missing.height,
        wrong.height + extra.height + missing.height,
        [
            *_differences(wrong),
            *_examples(extra, "extra: no valid trade makes this candle"),
            *_examples(missing, "missing: the trades make this candle"),
        ],
    )


def _candles(rows: Rows, intervals: Intervals) -> pl.DataFrame:
    """The candles of the intervals, with all our columns."""
    if not rows.within(intervals):
        return NO_CANDLES
    return _complete(rows, intervals).collect(engine="streaming")


def _complete(rows: Rows, intervals: Intervals) -> pl.LazyFrame:
    """The candles of the intervals, where there are files; columns the table lacks are null."""
    return scan_candles(rows, intervals).select(NO_CANDLES.columns)


def _differs() -> pl.Expr:
    return pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}{_EXPECTED}")) for name in CANDLE_MEASURES)


def _differences(wrong: pl.DataFrame) -> list[Broken]:
    examples = []
    for row in wrong.head(MOST_EXAMPLES).iter_rows(named=True):
        differing = [n for n in CANDLE_MEASURES if row[n] != row[f"{n}{_EXPECTED}"]]
        problem = "; ".join(f"{n} is {_text(row[n])}, not {_text(row[f'{n}{_EXPECTED}'])}" for n in differing)
        examples.append(_broken({n: v for n, v in row.items() if not n.endswith(_EXPECTED)}, problem))
    return examples


def _examples(rows: pl.DataFrame, problem: str) -> list[Broken]:
    return [_broken(row, problem) for row in rows.head(MOST_EXAMPLES).iter_rows(named=True)]


def _broken(row: dict[str, Any], problem: str) -> Broken:
    return Broken(
        exchange=str(row["exchange"]),
        symbol=str(row["symbol"]),
        window_start=None if row["window_start"] is None else to_instant(row["window_start"]),
        problem=problem,
        values=_texts(row),
    )


def _texts(row: dict[str, Any]) -> dict[str, str]:
    return {name: _text(value) for name, value in row.items()}


def _text(value: Any) -> str:  # noqa: ANN401 - a cell of any column
    if value is None:
        return "null"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return isoformat(to_instant(value)) if isinstance(value, datetime) else str(value)
