"""Trades prepared for the fold: their columns, their one-minute window, and why a trade is invalid."""

from collections.abc import Iterable

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

from engines.domain.candle import BUY, SELL
from engines.domain.findings import MOST_EXAMPLES
from engines.domain.interval import Intervals
from engines.domain.invariants import NOT_EXACT, rejections_of
from engines.domain.reading import exactly
from engines.domain.tables import AMOUNTS, TRADES_NEEDED, TRADES_USED
from engines.domain.timeframe import MINUTE
from engines.spark.scan import scan, scan_mapped
from engines.spark.types import sql_type
from engines.work import TradeRows

REASON = "reason"


def trades_view(spark: SparkSession, catalog: str, rows: TradeRows, intervals: Intervals) -> DataFrame:
    """The trades of the intervals.

    Returns:
        The columns of `TRADES_NEEDED` and `TRADES_USED`, with amounts in the types of the scale (a quantity in that of
        a price, where that holds it), and those that only some sources need (see `engines.embedded.mapped`);
        ``window_start``, the start of the minute in microseconds; ``bought``, whether the taker bought, null where the
        side is unknown; and ``reason``, the first reason why the trade is invalid, or null.
    """
    if rows.reading.is_ours:
        columns = (*TRADES_NEEDED, *TRADES_USED)
        source = scan(spark, catalog, rows, column="timestamp", intervals=intervals, columns=columns)
        price, volume = rows.scale.price, rows.scale.volume
        types = {name: price if exactly(rows.reading[name].type, price) else volume for name in AMOUNTS}
        source = source.withColumns({name: F.col(name).cast(sql_type(type_)) for name, type_ in types.items()})
    else:
        source = scan_mapped(spark, catalog, rows, intervals)
    window = F.col("timestamp") - F.pmod(F.col("timestamp"), F.lit(MINUTE))
    more = {"window_start": window, "bought": _bought(exact_words=rows.reading.exact_words)}
    return source.withColumns(more | {REASON: _reason(source.columns)})


def _bought(*, exact_words: bool) -> Column:
    side = F.col("side") if exact_words else F.lower("side")
    return F.when(side == BUY, F.lit(True)).when(side == SELL, F.lit(False))


def _reason(columns: Iterable[str]) -> Column:
    reason = F.lit(None).cast("string")
    for name, applies in reversed(rejections_of(columns).items()):
        reason = F.when(F.expr(applies), F.lit(name)).otherwise(reason)
    return reason


def samples(trades: DataFrame) -> list[dict[str, object]]:
    """Some invalid trades as examples for reports, those first whose price or quantity is not exact."""
    inexact = [F.col(name).desc() for name in NOT_EXACT if name in trades.columns]
    wrong = trades.filter(F.col(REASON).isNotNull()).orderBy(*inexact, "timestamp").limit(MOST_EXAMPLES)
    return list(wrong.drop(REASON, "window_start", "bought").toArrow().to_pylist())
