"""New candles against those a table has: what is written, what is kept, what goes."""

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from engines.domain.candle import CANDLE_KEY, CANDLE_MEASURES, CANDLES
from engines.domain.interval import Intervals
from engines.domain.tables import partitioning
from engines.domain.timeframe import Timeframe, to_datetime
from engines.embedded.candles import within

_TRUNCATE = {"day": "1d", "month": "1mo"}


@dataclass(frozen=True)
class Revision:
    """The rows of a batch after a run.

    Attributes:
        rows: All rows of the units that are written anew, sorted as the table is.
        units: Starts of those units, microseconds.
        written: New or changed candles.
        removed: Candles that are gone.
    """

    rows: pl.DataFrame
    units: frozenset[int]
    written: int
    removed: int


def revise(
    old: pl.DataFrame,
    new: pl.DataFrame,
    *,
    intervals: Intervals,
    timeframe: Timeframe,
    forced: frozenset[int],
    keep: Callable[[pl.DataFrame], pl.DataFrame],
    now: int,
) -> Revision:
    """Put new candles in the place of the old ones of the intervals, unit by unit.

    created_at survives; updated_at moves where a measure changed. A unit in which nothing changed is not written,
    unless it is forced.

    Args:
        old: Every row the table has in the batch's units.
        new: The candles of the intervals, without stamps.
        intervals: What was recomputed. Old rows outside of it are carried over.
        timeframe: Of the table: how it is partitioned.
        forced: Starts of units that must be written whatever happens.
        keep: Given the old rows that have no new candle, those of them that stay; may raise.
        now: The stamp.
    """
    inside = within(pl.col("window_start"), intervals)
    before, carried = old.filter(inside), old.filter(~inside)
    stamped = _stamp(before, new, now)
    partition = pl.col("window_start").dt.truncate(_TRUNCATE[partitioning(timeframe).transform]).to_physical()
    length = timeframe.duration
    unit = ((partition + (length - 1)) // length * length).alias("unit")  # where its first window starts
    without = before.join(new, on=CANDLE_KEY, how="anti")
    kept = without if without.is_empty() else keep(without)
    gone = without.join(kept, on=CANDLE_KEY, how="anti")
    repeated = before.filter(~pl.struct(CANDLE_KEY).is_first_distinct())
    touched = (
        pl.concat([f.select(unit) for f in (stamped.filter("changed"), gone, repeated)]).to_series().unique().to_list()
    )
    units = frozenset(touched) | forced
    rows = pl.concat([carried, kept, stamped.drop("changed")], how="diagonal_relaxed").filter(
        unit.is_in(pl.Series(sorted(units), dtype=pl.Int64).implode())
    )
    return Revision(
        rows=rows.sort(CANDLE_KEY),
        units=units,
        written=int(stamped["changed"].sum()),
        removed=gone.height,
    )


def _stamp(before: pl.DataFrame, new: pl.DataFrame, now: int) -> pl.DataFrame:
    """The new candles with created_at, updated_at and ``changed``."""
    known = before.select(*CANDLE_KEY, *CANDLE_MEASURES, "created_at", "updated_at").unique(
        subset=CANDLE_KEY, keep="first", maintain_order=True
    )
    joined = new.join(known, on=CANDLE_KEY, how="left", suffix="_before", maintain_order="left")
    changed = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_before")) for name in CANDLE_MEASURES)
    clock = pl.lit(to_datetime(now)).cast(pl.Datetime("us", "UTC"))
    return (
        joined.with_columns(changed=changed)
        .with_columns(
            created_at=pl.col("created_at").fill_null(clock),
            updated_at=pl.when("changed").then(clock).otherwise("updated_at"),
        )
        .select(*(column.name for column in CANDLES), "changed")
    )
