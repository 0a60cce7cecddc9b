"""Validation of rows: checks candles against the invariants, and against the 1m candles."""

from collections.abc import Iterator

import polars as pl

from engines.base import Observer
from engines.domain.batches import batches
from engines.domain.candle import CANDLE_KEY, SERIES, SUMS
from engines.domain.decimals import Figure, Scale
from engines.domain.findings import Finding, Tally
from engines.domain.interval import Intervals
from engines.domain.invariants import NO_MERGE, NO_MINUTES, ROLLUP, UNIQUE, row_invariants
from engines.domain.tables import partition_units
from engines.domain.timeframe import FINEST, Timeframe
from engines.embedded.audit import broken
from engines.embedded.candles import CANDLE_COLUMNS, START, read_candles
from engines.embedded.examples import EXPECTED, differences, differs, examples_of
from engines.embedded.reader import Reader
from engines.embedded.rollup import MERGED, rollup, to_candles, to_sums
from engines.embedded.sums import MOST, NO_SUMS
from engines.work import Examination, Rows


def check(reader: Reader, work: Examination, observer: Observer) -> tuple[Finding, ...]:
    """Check the candles of a table against the invariants and against the 1m candles, batch by batch."""
    findings = _check_rows(reader, work, observer)
    return findings if work.finest is None else (*findings, _check_rollup(reader, work, work.finest))


def _check_rows(reader: Reader, work: Examination, observer: Observer) -> tuple[Finding, ...]:
    tallies = {i.name: Tally(i.name, i.sentence) for i in (*row_invariants(work.timeframe), UNIQUE)}
    name = f"{work.timeframe} candles"
    observer.started(name, sum(file.rows for file in work.rows.within(work.intervals)))
    for part in _parts(reader, work.timeframe, work.rows, work.intervals):
        rows = read_candles(reader, work.rows, part, CANDLE_COLUMNS)
        wrong = broken(rows.lazy(), work.timeframe).collect()
        for invariant, tally in tallies.items():
            of_this = wrong.filter(pl.col("invariant") == invariant).drop("invariant").sort(CANDLE_KEY)
            tally.add(rows.height, of_this.height, examples_of(of_this, tally.sentence))
        observer.advanced(name, rows.height)
    observer.finished(name)
    return tuple(tally.finding() for tally in tallies.values())


def _check_rollup(reader: Reader, work: Examination, finest: Rows) -> Finding:
    """Check that in comparable windows a candle is the merge of its 1m candles, and that neither is without the other.

    Candles of other writers, which have no quote_volume, may have no 1m candles, nor these a merge.
    """
    tally = Tally(ROLLUP.name, ROLLUP.sentence)
    timeframe = work.timeframe
    for cut in _parts(reader, timeframe, work.rows, work.whole_windows):
        part = Intervals.of((timeframe.ceil(r.start), timeframe.ceil(r.end)) for r in cut)
        if not (finest.within(part) or work.rows.within(part)):
            continue
        sums = _merged(reader, finest, part, timeframe)
        fits = _fits(work.rows.scale)
        merged = to_candles(sums.lazy().filter(fits), timeframe, work.rows.scale).collect()
        beyond = sums.filter(~fits).select(*SERIES, pl.col("window_start").cast(START))
        rows = read_candles(reader, work.rows, part, CANDLE_COLUMNS)
        both = rows.join(merged, on=CANDLE_KEY, how="inner", suffix=EXPECTED)
        wrong = both.filter(differs()).sort(CANDLE_KEY)
        never = rows.join(beyond, on=CANDLE_KEY, how="semi").sort(CANDLE_KEY)
        alone, missing = _alone(rows, [merged.select(CANDLE_KEY), beyond]), _alone(merged, [rows.select(CANDLE_KEY)])
        lost = alone.height + never.height + missing.height
        tally.add(
            both.height + lost,
            wrong.height + lost,
            [
                *differences(wrong),
                *examples_of(alone, NO_MINUTES),
                *examples_of(missing, NO_MERGE),
                *examples_of(never, "no candle can hold what its 1m candles add up to"),
            ],
        )
    return tally.finding()


def _alone(candles: pl.DataFrame, others: list[pl.DataFrame]) -> pl.DataFrame:
    """Candles of ours that have no counterpart."""
    ours = candles.filter(pl.col("quote_volume").is_not_null())
    return ours.join(pl.concat(others), on=CANDLE_KEY, how="anti").sort(CANDLE_KEY)


def _merged(reader: Reader, finest: Rows, part: Intervals, timeframe: Timeframe) -> pl.DataFrame:
    """The sums of whole windows, merged from 1m candles in parts: 30 days have 43 200 1m candles, but 30 1d candles."""
    pieces = [
        rollup(to_sums(read_candles(reader, finest, piece, MERGED).lazy()), timeframe).collect()
        for piece in _parts(reader, FINEST, finest, part)
    ]
    return pieces[0] if len(pieces) == 1 else rollup(pl.concat([NO_SUMS, *pieces]).lazy(), timeframe).collect()


def _fits(scale: Scale) -> pl.Expr:
    """Whether sums fit the columns of a candle; those of 1m candles of another writer may not."""
    largest = pl.lit(scale.price.largest, dtype=pl.Int128)
    volume, quote_volume = pl.col("volume"), pl.col("quote_volume")
    mean, rest = quote_volume // volume, quote_volume % volume
    return pl.all_horizontal(
        *(pl.col(measure.name).is_not_null() for measure in SUMS if measure.may_overflow),
        *(pl.col(m.name).fill_null(0).abs() <= MOST for m in SUMS if isinstance(m.type, Figure)),
        # The largest price that the column holds is valid as a mean, but must not be rounded up any further.
        (mean.abs() < largest).fill_null(value=True) | ((mean == largest) & (rest < volume - rest)),
    )


def _parts(reader: Reader, timeframe: Timeframe, rows: Rows, intervals: Intervals) -> Iterator[Intervals]:
    """Cut the intervals into parts whose rows fit into memory."""
    units = partition_units(timeframe, intervals)
    for batch in batches(units, intervals, rows.files, reader.config.limits.checked):
        yield from batch.slices
