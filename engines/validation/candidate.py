"""A candle table to be validated."""

from dataclasses import dataclass

from engines.base import Engine
from engines.domain.changes import FileSpan
from engines.domain.interval import BEGINNING, Intervals
from engines.domain.timeframe import Timeframe
from engines.iceberg.files import live_files, spans
from engines.iceberg.state import TargetState, target_state
from engines.work import Rows


@dataclass(frozen=True, slots=True)
class Candidate:
    """A candle table to be validated, with its state and data files."""

    timeframe: Timeframe
    name: str
    state: TargetState
    files: tuple[FileSpan, ...]

    @property
    def rows(self) -> Rows | None:
        """Its rows; None if it has none."""
        head = self.state.head
        if head is None or not self.files:
            return None
        return Rows(table=self.state.table, snapshot_id=head.snapshot_id, files=self.files)

    @property
    def complete(self) -> Intervals:
        """The times in which the table claims to be complete: from its fence to its closed_until."""
        mark = self.state.watermark
        if mark is None:
            return Intervals()
        start = BEGINNING if self.state.fence is None else self.timeframe.ceil(self.state.fence)
        return Intervals.of([(start, mark.closed_until)])

    @classmethod
    def of(cls, engine: Engine, timeframe: Timeframe) -> "Candidate":
        """The candle table of a timeframe, as it is now."""
        table = engine.tables.target(timeframe)
        state = target_state(table)
        files = tuple(spans(table, live_files(table, state.head), "window_start"))
        return cls(timeframe, engine.tables.names.target(timeframe), state, files)
