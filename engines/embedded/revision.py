"""Revision: merges new candles into those of a table, and decides which rows are written, kept and removed."""

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from engines.domain.candle import CANDLE_KEY, CANDLE_MEASURES, CANDLES
from engines.domain.interval import Intervals
from engines.domain.tables import partitioning
from engines.domain.timeframe import Timeframe, to_datetime
from engines.embedded.candles import within

_OURS = tuple(column.name for column in CANDLES)
_TRUNCATE = {"day": "1d", "month": "1mo"}


@dataclass(frozen=True)
class Revision:
    """The result of a revision: the partitions (units) of a batch that must be rewritten.

    Attributes:
        rows: All rows of the units to rewrite, in the table's sort order.
        units: Starts of these units, microseconds.
        written: Number of new or changed candles.
        gone: The removed candles.
        left: The candles of the batch that have trades.
    """

    rows: pl.DataFrame
    units: frozenset[int]
    written: int
    gone: pl.DataFrame
    left: pl.DataFrame


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
    """Replace the old candles of the intervals by new ones, unit by unit.

    created_at is kept; updated_at is set to now where a measure changed. A unit in which nothing changed is not
    rewritten, unless it is forced.

    Args:
        old: All rows that the table has in the batch's units.
        new: The new candles of the intervals, without created_at and updated_at.
        intervals: The recomputed times. Old rows outside them are carried over.
        timeframe: Timeframe of the table; determines its partitioning.
        forced: Starts of units that must be rewritten in any case.
        keep: Returns which of the old rows without a new candle stay.
        now: Value for created_at and updated_at, microseconds.
    """
    inside = within(pl.col("window_start"), intervals)
    before, carried = old.filter(inside), old.filter(~inside)
    stamped = _stamp(before, new, now)
    partition = pl.col("window_start").dt.truncate(_TRUNCATE[partitioning(timeframe).transform]).to_physical()
    length = timeframe.duration
    unit = ((partition + (length - 1)) // length * length).alias("unit")  # the start of the partition's first window
    without = before.join(new, on=CANDLE_KEY, how="anti")
    kept = without if without.is_empty() else keep(without)
    gone = without.join(kept, on=CANDLE_KEY, how="anti")
    repeated = before.filter(~pl.struct(CANDLE_KEY).is_first_distinct())
    touched = (
        pl.concat([f.select(unit) for f in (stamped.filter("changed"), gone, repeated)]).to_series().unique().to_list()
    )
    units = frozenset(touched) | forced
    ours = carried.filter(pl.col("quote_volume").is_not_null())
    rows = pl.concat([carried, kept, stamped.drop("changed")], how="diagonal_relaxed").filter(
        unit.is_in(pl.Series(sorted(units), dtype=pl.Int64).implode())
    )
    return Revision(
        rows=rows.sort(CANDLE_KEY),
        units=units,
        written=int(stamped["changed"].sum()),
        gone=gone,
        left=pl.concat([stamped.select("window_start"), ours.select("window_start")]),
    )


def _stamp(before: pl.DataFrame, new: pl.DataFrame, now: int) -> pl.DataFrame:
    """The new candles with created_at, updated_at and a column ``changed``.

    Columns of others have their value where the candle is what it was, and null where it changed.
    """
    others = [name for name in before.columns if name not in _OURS]
    known = before.select(*CANDLE_KEY, *CANDLE_MEASURES, "created_at", "updated_at", *others).unique(
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
        .select(*_OURS, *(pl.when(~pl.col("changed")).then(name).alias(name) for name in others), "changed")
    )
