"""The Polars engine: the contract on one side, the files that do the work on the other."""

from typing import TYPE_CHECKING

from engines.base import CandleQuery, Engine, Observer
from engines.iceberg.catalog import catalog_errors

if TYPE_CHECKING:
    import pyarrow as pa

    from engines.domain.findings import Finding
    from engines.refresh.work import Rebuild, Rebuilt
    from engines.upkeep.work import Coverage, Rewrite, Uncovered
    from engines.validation.work import Check, Recomputation, Recomputed


class PolarsEngine(Engine):
    """Laptops and single machines: any source that one machine can stream.

    Polars itself is imported when there are rows to touch: a run that finds nothing to do never loads it.
    """

    name = "polars"

    def rebuild(self, work: "Rebuild", observer: Observer) -> "Rebuilt":
        """See `Engine.rebuild`."""
        from engines.polars.rebuilding import Rebuilding  # noqa: PLC0415

        with catalog_errors(".".join(work.target.table.name())):
            return Rebuilding(work, observer).run(self.lake)

    def check(self, work: "Check", observer: Observer) -> "tuple[Finding, ...]":
        """See `Engine.check`."""
        from engines.polars.checking import check  # noqa: PLC0415

        with catalog_errors(f"read {'.'.join(work.rows.table.name())}"):
            return check(work, observer)

    def recompute(self, work: "Recomputation", observer: Observer) -> "Recomputed":
        """See `Engine.recompute`."""
        from engines.polars.checking import recompute  # noqa: PLC0415

        with catalog_errors("read trades and candles"):
            return recompute(work, observer)

    def uncovered(self, work: "Coverage") -> "Uncovered":
        """See `Engine.uncovered`."""
        from engines.polars.upkeep import uncovered  # noqa: PLC0415

        return uncovered(work)

    def rewrite(self, work: "Rewrite") -> int:
        """See `Engine.rewrite`."""
        from engines.polars.upkeep import rewrite  # noqa: PLC0415

        return rewrite(work)

    def read(self, query: CandleQuery) -> "pa.Table":
        """See `Engine.read`."""
        from engines.polars.query import candles  # noqa: PLC0415

        table = self.lake.target(query.timeframe)
        with catalog_errors(f"read {'.'.join(table.name())}"):
            return candles(table, query)
