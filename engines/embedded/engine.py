"""Implementation of `engines.base.Engine` for any engine that implements `Reader`."""

from typing import TYPE_CHECKING

from engines.base import CandleQuery, Engine, Observer, TradeQuery
from engines.domain.findings import Finding
from engines.embedded.readable import Readable
from engines.embedded.reader import Reader
from engines.work import Coverage, Examination, Merging, Rebuild, Rebuilt, Recomputation, Recomputed, Rewrite, Uncovered

if TYPE_CHECKING:
    import pyarrow as pa

    from engines.iceberg.datafiles import NewFiles


class EmbeddedEngine(Engine, Reader):
    """Base class of an engine for one machine; subclasses only implement the methods of `Reader`.

    Batching, roll-up, revision, audit, checks and rewriting are done here, with Polars. Polars is imported when there
    are rows to process: a run that finds nothing to do never loads it.
    """

    in_process = True

    def rebuild(self, work: Rebuild, observer: Observer) -> Rebuilt:
        """See `Engine.rebuild`."""
        from engines.embedded.rebuilding import Rebuilding
        from engines.iceberg import catalog_errors

        with catalog_errors(".".join(work.target.table.name())):
            return Rebuilding(Readable(self), work, observer).run(self.tables)

    def check(self, work: Examination, observer: Observer) -> tuple[Finding, ...]:
        """See `Engine.check`."""
        from engines.embedded.checking import check
        from engines.iceberg import catalog_errors

        with catalog_errors(f"read {'.'.join(work.rows.table.name())}"):
            return check(Readable(self), work, observer)

    def recompute(self, work: Recomputation, observer: Observer) -> Recomputed:
        """See `Engine.recompute`."""
        from engines.embedded.recomputing import recompute
        from engines.iceberg import catalog_errors

        with catalog_errors("read trades and candles"):
            return recompute(Readable(self), work, observer)

    def uncovered(self, work: Coverage) -> Uncovered:
        """See `Engine.uncovered`."""
        from engines.embedded.upkeep import uncovered

        return uncovered(Readable(self), work)

    def rewrite(self, work: Rewrite) -> "NewFiles":
        """See `Engine.rewrite`."""
        from engines.embedded.upkeep import rewrite

        return rewrite(Readable(self), work)

    def read(self, query: CandleQuery | TradeQuery | Merging) -> "pa.RecordBatchReader":
        """See `Engine.read`."""
        from engines.embedded.query import candles, merged, trades
        from engines.refresh.source import Source

        if isinstance(query, TradeQuery):
            source = Source(self.tables, self.tables.scale(), self.abilities)
            return trades(Readable(self), source, query)
        if isinstance(query, Merging):
            return merged(Readable(self), query)
        return candles(Readable(self), self.tables.target(query.timeframe), query)
