"""The report of `show`: candles as rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING

from engines.domain.timeframe import Timeframe
from engines.errors import Failure
from k2cli.reports.base import Report

if TYPE_CHECKING:
    import pyarrow as pa


_ROWS = 8192
"""Number of rows that are converted to Python objects at a time: about 10 MB."""


class CandleRows:
    """Candles read lazily from an engine; they can be iterated only once.

    The constructor reads up to the first record batch that is not empty.

    Args:
        batches: The candles. Read errors are raised during iteration.

    Attributes:
        schema: Schema of the candles.
        columns: Names of the columns, in table order.
        none: Whether there are no candles.
    """

    def __init__(self, batches: "pa.RecordBatchReader") -> None:
        self.schema = batches.schema
        self.columns: tuple[str, ...] = tuple(batches.schema.names)
        rest = (batch for batch in batches if batch.num_rows)
        first = list(islice(rest, 1))
        self.none = not first
        self._batches: Iterator[pa.RecordBatch] = chain(first, rest)

    def __iter__(self) -> Iterator[dict[str, object]]:
        for batch in self._batches:
            for start in range(0, batch.num_rows, _ROWS):
                yield from batch.slice(start, _ROWS).to_pylist()

    @property
    def batches(self) -> Iterator["pa.RecordBatch"]:
        """The candles as record batches, in place of rows; they are read as they are requested."""
        return self._batches

    def table(self) -> "pa.Table":
        """Read all candles into one Arrow table."""
        import pyarrow as pa

        return pa.Table.from_batches(self._batches, self.schema)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowReport(Report):
    """Candles, all columns in table order, sorted by exchange, symbol, window_start.

    Attributes:
        table: Full name of the table; empty if they are merged from others.
        timeframe: Which windows they have.
        merged_from: Timeframes of the tables that they are merged from.
        limit: Maximum number of candles that were read, those of the newest windows; None: no limit.
        candles: The candles; their key in JSON is ``rows``.
        notes: What to know about the candles.
        warning: Why there are none, and what to do; None if there are some, or if having none is allowed.
    """

    command = "ohlcv show"

    table: str
    timeframe: str
    limit: int | None
    candles: CandleRows
    merged_from: tuple[Timeframe, ...] = ()
    notes: tuple[Failure, ...] = ()
    warning: Failure | None = None

    @property
    def failures(self) -> tuple[Failure, ...]:
        """The notes and the warning."""
        return self.notes if self.warning is None else (*self.notes, self.warning)

    @property
    def rows(self) -> CandleRows:
        """One row per candle."""
        return self.candles
