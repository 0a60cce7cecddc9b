"""Candles themselves, as rows."""

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
"""Rows that are objects of Python together: about 10 MB."""


class CandleRows:
    """Candles as an engine reads them: they are gone through once, and only the first are read before that.

    Args:
        batches: The candles. What goes wrong with reading is raised where they are gone through.

    Attributes:
        columns: The names of the columns, in their order.
        none: Whether there are no candles.
    """

    def __init__(self, batches: "pa.RecordBatchReader") -> None:
        self._schema = batches.schema
        self.columns: tuple[str, ...] = tuple(batches.schema.names)
        rest = (batch for batch in batches if batch.num_rows)
        first = list(islice(rest, 1))
        self.none = not first
        self._batches = chain(first, rest)

    def __iter__(self) -> Iterator[dict[str, object]]:
        for batch in self._batches:
            for start in range(0, batch.num_rows, _ROWS):
                yield from batch.slice(start, _ROWS).to_pylist()

    def table(self) -> "pa.Table":
        """All of them, as one table of Arrow."""
        import pyarrow as pa

        return pa.Table.from_batches(self._batches, self._schema)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowReport(Report):
    """Candles of one table, all columns in table order, sorted by exchange, symbol, window_start.

    Attributes:
        table: Full name.
        timeframe: Its timeframe.
        limit: The limit, when it cut older windows off (or may have); None when all that was asked for is here.
        rows: The candles.
        warning: Why there are none, and what to do; None where there are some, or none may be expected.
    """

    command = "ohlcv show"

    table: str
    timeframe: Timeframe
    limit: int | None
    candles: CandleRows
    warning: Failure | None = None

    @property
    def failures(self) -> tuple[Failure, ...]:
        """The warning."""
        return () if self.warning is None else (self.warning,)

    @property
    def rows(self) -> CandleRows:
        """A row a candle."""
        return self.candles
