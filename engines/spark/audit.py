"""The audit of candles before they are published: finds rows that break an invariant."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812

from engines.domain.invariants import Invariant, row_invariants
from engines.domain.timeframe import Timeframe


def with_instants(candles: DataFrame) -> DataFrame:
    """Add the integer columns that the invariants' predicates use: start_us, end_us and date_days."""
    return candles.withColumns(
        {
            "start_us": F.unix_micros("window_start"),
            "end_us": F.unix_micros("window_end"),
            "date_days": F.unix_date("window_date").cast("bigint"),
        }
    )


def breaks(invariant: Invariant) -> Column:
    """Whether a row (see `with_instants`) breaks the invariant; a predicate that is null counts as broken."""
    return ~F.coalesce(F.expr(invariant.predicate), F.lit(False))


def first_broken(timeframe: Timeframe) -> Column:
    """The name of the first invariant that a row breaks; null where it breaks none."""
    name = F.lit(None).cast("string")
    for invariant in reversed(row_invariants(timeframe)):
        name = F.when(breaks(invariant), F.lit(invariant.name)).otherwise(name)
    return name
