"""The Polars engine: implements `Reader` with the functions of `scan` and `fold`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engines.embedded import EmbeddedEngine, Folded, Intervals, Rows, TradeRows

if TYPE_CHECKING:
    import pyarrow as pa


class PolarsEngine(EmbeddedEngine):
    """Engine for laptops and single machines: for any source that one machine can stream."""

    name = "polars"

    def fold(self, trades: TradeRows, intervals: Intervals) -> Folded:
        """See `Reader.fold`."""
        from engines.polars.fold import fold_exactly, trades_view
        from engines.polars.scan import scan

        found = scan(trades, "timestamp", intervals)
        view = trades_view(found, trades.scale, exact_words=trades.reading.exact_words)
        return fold_exactly(view, trades.scale, trades.identity, self.config.limits)

    def series(self, trades: TradeRows) -> "pa.Table":
        """See `Reader.series`."""
        from engines.polars.scan import collected, whole

        return collected(whole(trades).select("exchange", "symbol").unique())

    def rows(self, table: Rows, column: str, intervals: Intervals | None, columns: Sequence[str] | None) -> "pa.Table":
        """See `Reader.rows`."""
        from engines.polars.scan import collected, scan, whole

        frame = whole(table) if intervals is None else scan(table, column, intervals)
        if columns is not None:
            present = frame.collect_schema().names()
            frame = frame.select(name for name in columns if name in present)
        return collected(frame)
