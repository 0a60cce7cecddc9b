"""DuckDB as an engine of `k2 ohlcv`."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from engines.embedded import (
    NOT_EXACT,
    NOTED,
    EmbeddedEngine,
    Folded,
    Intervals,
    Options,
    Rows,
    TradeRows,
    no_trades,
    plain_files,
    planned_rows,
    rejections_of,
    trades_table,
)

_REASON = " ".join(f"WHEN {applies} THEN '{reason}'" for reason, applies in rejections_of(NOT_EXACT).items())

# The remainder of a negative time is negative in DuckDB: before 1970 it counts from the minute's end.
# Columns that the source lacks come from the view nothing, which has all of them and no row.
_TRADES = """
CREATE TEMP TABLE trades AS
SELECT {columns}, CASE {reason} END AS reason,
       "timestamp" - ("timestamp" % 60000000 + 60000000) % 60000000 AS window_start,
       CASE {side} WHEN 'buy' THEN TRUE WHEN 'sell' THEN FALSE END AS bought
FROM (SELECT * FROM source UNION ALL BY NAME SELECT * FROM nothing)
WHERE {during}
"""

# Of the copies of a trade, the greatest by these columns is kept; null is the least.
_SINGLES = """
CREATE TEMP TABLE singles AS
SELECT {distinct}
       exchange, symbol, window_start, price, quantity, bought,
       TRY(CAST(price AS {volume}) * quantity) AS quote,
       struct_pack("time" := "timestamp", finer := nanosecond, known := source_sequence IS NOT NULL,
                   "sequence" := source_sequence, "last" := {last}) AS place
FROM trades
WHERE reason IS NULL
ORDER BY ingestion_timestamp DESC NULLS LAST, platform_sequence DESC NULLS LAST, "timestamp" DESC, nanosecond DESC,
         price DESC, quantity DESC, side DESC NULLS LAST, source_sequence DESC NULLS LAST
"""

_INEXACT_FIRST = ", ".join(f"{name} DESC NULLS LAST" for name in NOT_EXACT)
_SAMPLES = f"""
SELECT * EXCLUDE (bought) FROM trades WHERE reason IS NOT NULL ORDER BY {_INEXACT_FIRST}, "timestamp" LIMIT 20
"""  # noqa: S608 - our names
_NOTED = f"""
SELECT count(side) - count(bought) AS side_unknown, {", ".join(f"count(*) FILTER ({name}) AS {name}" for name in NOTED)}
FROM trades WHERE reason IS NULL
"""  # noqa: S608 - our names

# A sum of decimals may silently exceed 38 digits. So whole and fractional parts are summed separately, and their total
# is null where it does not fit.
_SUMS = """
WITH parts AS (
    SELECT exchange, symbol, window_start,
           arg_min(price, place) AS open_price, max(price) AS high_price, min(price) AS low_price,
           arg_max(price, place) AS close_price,
           sum(CAST(trunc(quantity) AS HUGEINT)) AS volume_whole, sum(quantity - trunc(quantity)) AS volume_rest,
           count(*) AS trade_count, count(*) FILTER (quote IS NULL) AS unfit,
           sum(CAST(trunc(quote) AS HUGEINT)) AS whole, sum(quote - trunc(quote)) AS rest,
           coalesce(sum(CAST(trunc(quantity) AS HUGEINT)) FILTER (bought), 0) AS bought_volume_whole,
           coalesce(sum(quantity - trunc(quantity)) FILTER (bought), 0) AS bought_volume_rest,
           coalesce(sum(CAST(trunc(quote) AS HUGEINT)) FILTER (bought), 0) AS bought_whole,
           coalesce(sum(quote - trunc(quote)) FILTER (bought), 0) AS bought_rest,
           count(bought) > 0 AS sided
    FROM singles
    GROUP BY ALL
)
SELECT exchange, symbol, window_start, open_price, high_price, low_price, close_price, trade_count,
       TRY(CAST(volume_whole AS {volume}) + volume_rest) AS volume,
       CASE WHEN unfit = 0 THEN TRY(CAST(whole AS {quote}) + rest) END AS quote_volume,
       CASE WHEN sided THEN TRY(CAST(bought_volume_whole AS {volume}) + bought_volume_rest) END AS buy_volume,
       CASE WHEN sided THEN TRY(CAST(bought_whole AS {quote}) + bought_rest) END AS buy_quote_volume
FROM parts
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DuckDBOptions(Options):
    """Options of the DuckDB engine.

    Attributes:
        threads: Number of threads; None: one for each core.
    """

    threads: int | None = None

    def __post_init__(self) -> None:
        if self.threads is not None and self.threads < 1:
            raise ValueError("threads must be 1 or more")


class DuckDBEngine(EmbeddedEngine):
    """Reads planned data files with DuckDB, or through PyIceberg where they are not plain (see `plain_files`)."""

    name = "duckdb"
    options_type = DuckDBOptions
    options: DuckDBOptions

    def connect(self) -> duckdb.DuckDBPyConnection:
        """Open a connection with as many threads as the options say."""
        threads = self.options.threads
        return duckdb.connect(config={} if threads is None else {"threads": threads})

    def fold(self, trades: TradeRows, intervals: Intervals) -> Folded:
        """See `Reader.fold`."""
        with self._source(trades, "timestamp", intervals) as source:
            source.from_arrow(no_trades(trades.scale)).create_view("nothing")
            source.execute(_trades(trades, intervals))
            source.execute(_singles(trades))
            counts = dict(source.sql("SELECT reason, count(*) FROM trades GROUP BY reason").fetchall())
            valid = counts.pop(None, 0)
            return Folded(
                sums=source.sql(_SUMS.format(volume=trades.scale.volume, quote=trades.scale.quote)).to_arrow_table(),
                trades_read=valid + sum(counts.values()),
                duplicates=valid - len(source.table("singles")),
                rejected=counts,
                samples=source.sql(_SAMPLES).to_arrow_table(),
                noted=source.sql(_NOTED).to_arrow_table().to_pylist()[0],
            )

    def series(self, trades: TradeRows) -> pa.Table:
        """See `Reader.series`."""
        with self._source(trades, "timestamp", None) as source:
            return source.sql("SELECT DISTINCT exchange, symbol FROM source").to_arrow_table()

    def rows(self, table: Rows, column: str, intervals: Intervals | None, columns: Sequence[str] | None) -> pa.Table:
        """See `Reader.rows`."""
        with self._source(table, column, intervals) as source:
            present = {name: dtype for name, dtype, *_ in source.sql("DESCRIBE source").fetchall()}
            wanted = ", ".join(f'"{n}"' for n in present if columns is None or n in columns)
            instant = f'"{column}"' if present[column] == "BIGINT" else f'epoch_us("{column}")'
            during = "TRUE" if intervals is None else _within(instant, intervals)
            return source.sql(f"SELECT {wanted} FROM source WHERE {during}").to_arrow_table()  # noqa: S608 - our names

    @contextmanager
    def _source(self, rows: Rows, column: str, intervals: Intervals | None) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open a connection with the rows as the view ``source``, which may include rows outside of the intervals."""
        with self.connect() as connection:
            connection.execute("SET TimeZone = 'UTC'")
            paths = plain_files(rows, intervals)
            if isinstance(rows, TradeRows) and not rows.reading.is_ours:
                connection.from_arrow(trades_table(rows, intervals)).create_view("source")
            elif paths is None or any(set("*?[") & set(path) for path in paths):
                connection.from_arrow(planned_rows(rows, column, intervals)).create_view("source")
            else:
                connection.read_parquet(paths, hive_partitioning=False).create_view("source")
            yield connection


def _trades(trades: TradeRows, intervals: Intervals) -> str:
    """The statement that prepares the trades of the intervals."""
    return _TRADES.format(
        columns=", ".join(f'"{name}"' for name in no_trades(trades.scale).column_names),
        reason=_REASON,
        side="side" if trades.reading.exact_words else "lower(side)",
        during=_within('"timestamp"', intervals),
    )


def _singles(trades: TradeRows) -> str:
    """The statement that takes out copies, where trades have an identity."""
    identity = ", ".join(f'"{name}"' for name in trades.identity.columns)
    distinct = f"DISTINCT ON ({identity})" if identity else ""
    return _SINGLES.format(distinct=distinct, last=trades.identity.order()[-1], volume=trades.scale.volume)


def _within(instant: str, intervals: Intervals) -> str:
    return "(" + " OR ".join(f"({instant} >= {r.start} AND {instant} < {r.end})" for r in intervals) + ")"
