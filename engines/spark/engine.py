"""The Spark engine: implements the contract of engines by calling the modules that do the work."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from engines.base import CandleQuery, Engine, Observer, TradeQuery
from engines.domain.candle import MERGED_CANDLES
from engines.domain.checks import Check, Machine
from engines.domain.findings import Finding
from engines.domain.interval import Intervals
from engines.spark.errors import spark_errors
from engines.spark.options import SparkOptions
from engines.work import (
    Coverage,
    Examination,
    Merging,
    Rebuild,
    Rebuilt,
    Recomputation,
    Recomputed,
    Rewrite,
    Rows,
    Uncovered,
)

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import SparkSession

    from engines.iceberg import NewFiles


class SparkEngine(Engine):
    """The Spark engine, for production and clusters: a local driver, a cluster, or a Spark Connect server.

    Spark starts only when there are rows to read or write: a run that finds nothing to do never starts it.
    """

    name = "spark"
    options_type = SparkOptions
    options: SparkOptions
    needs = ("pyspark",)
    reads_equality_deletes = True
    reads_avro = True
    reads_nanoseconds = False

    @classmethod
    def checks(cls, options: Mapping[str, object], machine: Machine) -> Iterable[Check]:
        """See `Engine.checks`: pyspark, Java and jars."""
        from engines.spark.checks import checks

        return checks(SparkOptions.of(options, engine=cls.name), machine)

    @cached_property
    def spark(self) -> "SparkSession":
        """The session, opened at first use.

        Raises:
            UsageError: Spark cannot run here; the error says what is missing.
            Unavailable: The cluster does not answer.
        """
        from engines.spark.session import open_session

        return open_session(self.config.catalog, self.options)

    @property
    def _catalog(self) -> str:
        return self.config.catalog.name

    def _sized(self, rows: Rows | None, intervals: Intervals) -> "SparkSession":
        """The session, with its shuffle partitions set for the number of rows to read."""
        spark = self.spark
        from engines.spark.session import size_shuffles

        files = [] if rows is None else rows.within(intervals)
        size_shuffles(spark, self.options, sum(file.rows for file in files))
        return spark

    def rebuild(self, work: Rebuild, observer: Observer) -> Rebuilt:
        """See `Engine.rebuild`."""
        spark = self._sized(work.rows, work.plan.intervals)
        from engines.spark.rebuilding import Rebuilding

        with spark_errors(".".join(work.target.table.name()), work.trades, work.rows, revised=work.target):
            return Rebuilding(spark, self.tables, work, observer).run()

    def check(self, work: Examination, observer: Observer) -> tuple[Finding, ...]:
        """See `Engine.check`."""
        spark = self._sized(work.rows, work.intervals)
        from engines.spark.checking import Checking

        with spark_errors(f"read {'.'.join(work.rows.table.name())}", work.rows, work.finest):
            return Checking(spark, self._catalog, work, observer).run()

    def recompute(self, work: Recomputation, observer: Observer) -> Recomputed:
        """See `Engine.recompute`."""
        spark = self._sized(work.trades, work.times)
        from engines.spark.recomputing import Recomputing

        with spark_errors("read trades and candles", work.trades, *(claim.rows for claim in work.claims)):
            return Recomputing(spark, self._catalog, work, observer).run()

    def uncovered(self, work: Coverage) -> Uncovered:
        """See `Engine.uncovered`."""
        spark = self.spark
        from engines.spark.upkeep import uncovered

        with spark_errors("compare candles", work.finer, work.coarser):
            return uncovered(spark, self._catalog, work)

    def rewrite(self, work: Rewrite) -> "NewFiles":
        """See `Engine.rewrite`."""
        spark = self.spark
        from engines.spark.upkeep import rewrite

        with spark_errors("write candles anew", work.rows):
            return rewrite(spark, self.tables, work)

    def read(self, query: CandleQuery | TradeQuery | Merging) -> "pa.RecordBatchReader":
        """See `Engine.read`."""
        from engines.arrow import arrow_schema, as_read, streamed
        from engines.iceberg import catalog_errors
        from engines.iceberg.schema import columns_of
        from engines.refresh.source import Source
        from engines.work import current_rows

        if isinstance(query, TradeQuery):
            source = Source(self.tables, self.tables.scale(), self.abilities)
            schema, trades = arrow_schema(query.columns, source.scale), source.rows
            return streamed(schema, () if trades is None else self._tables(trades, query))
        if isinstance(query, Merging):
            return streamed(as_read(arrow_schema(MERGED_CANDLES, query.scale)), self._merged(query))
        table = self.tables.target(query.timeframe)
        with catalog_errors(f"manifests of {'.'.join(table.name())}"):
            rows = current_rows(table, "window_start")
        return streamed(columns_of(table), () if rows is None else self._tables(rows, query))

    def _merged(self, work: Merging) -> "Iterator[pa.Table]":
        from engines.spark.query import merged_candles
        from engines.spark.session import size_shuffles

        size_shuffles(self.spark, self.options, sum(file.rows for file in work.files))
        with spark_errors("read candles", *(part.rows for part in work.parts)):
            yield from merged_candles(self.spark, self._catalog, work, most_rows=self.config.limits.read)

    def _tables(self, rows: "Rows", query: CandleQuery | TradeQuery) -> "Iterator[pa.Table]":
        spark, most = self._sized(rows, Intervals((query.span,))), self.config.limits.read
        from engines.spark.query import candles, trades

        with spark_errors(f"read {'.'.join(rows.table.name())}", rows):
            if isinstance(query, TradeQuery):
                yield from trades(spark, self._catalog, rows, query, most_rows=most)
            else:
                yield from candles(spark, self._catalog, rows, query, most_rows=most)
