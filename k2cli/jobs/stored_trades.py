"""What the table of trades has in the time of a file."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from engines.domain.imports import SeriesKey
from engines.domain.interval import Interval
from engines.domain.requests import TradeQuery
from engines.lake import Lake


@dataclass(frozen=True, slots=True)
class Stored:
    """Trades of one series.

    Attributes:
        trades: Their number; what was delivered twice counts twice.
        times: From the first to the last.
    """

    trades: int
    times: Interval


def stored_trades(lake: Lake, arriving: Mapping[SeriesKey, Interval]) -> dict[SeriesKey, Stored]:
    """The trades that the table has of each series, in its time; series without any are left out.

    Args:
        lake: The lake, which is read.
        arriving: Times by exchange and symbol.

    Raises:
        TableMissing: The source table does not exist.
        UsageError: It cannot be read as trades.
    """
    if not arriving:
        return {}
    names = [(*series, times.start, times.end) for series, times in arriving.items()]
    wanted = pl.DataFrame(names, schema=("exchange", "symbol", "start", "end"), orient="row")
    exchange, symbol = next(iter(arriving)) if len(arriving) == 1 else (None, None)
    hull = Interval(min(wanted["start"]), max(wanted["end"]))
    query = TradeQuery(exchange=exchange, symbol=symbol, start=hull.start, end=hull.end)
    time = pl.col("timestamp")
    counts = []
    for batch in lake.trades(query):
        rows = pl.DataFrame(batch).select("exchange", "symbol", time).join(wanted, on=["exchange", "symbol"])
        within = rows.filter(time >= pl.col("start"), time < pl.col("end"))
        counts.append(within.group_by("exchange", "symbol").agg(pl.len(), first=time.min(), last=time.max()))
    measures = pl.col("len").sum(), pl.col("first").min(), pl.col("last").max()
    found = pl.concat(counts).group_by("exchange", "symbol").agg(*measures) if counts else pl.DataFrame()
    return {
        tuple(names): Stored(number, Interval(first, last + 1)) for *names, number, first, last in found.iter_rows()
    }
