"""Candles themselves, as rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engines.domain.timeframe import Timeframe
from engines.errors import Failure
from k2cli.reports.base import Report

if TYPE_CHECKING:
    import pyarrow as pa


class CandleRows:
    """Candles as rows, made one after the other from the Arrow table that an engine read."""

    def __init__(self, table: "pa.Table") -> None:
        self._table = table
        self.columns: tuple[str, ...] = tuple(table.column_names)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The candles for any library that takes Arrow (the Arrow PyCapsule interface)."""
        return self._table.__arrow_c_stream__(requested_schema)

    def __len__(self) -> int:
        return int(self._table.num_rows)

    def __iter__(self) -> Iterator[dict[str, object]]:
        for batch in self._table.to_batches(max_chunksize=8192):
            yield from batch.to_pylist()


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
