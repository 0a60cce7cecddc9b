"""What upkeep hands to an engine, and what comes back."""

from dataclasses import dataclass
from typing import ClassVar, Protocol

from engines.domain.findings import Broken
from engines.domain.interval import Interval, Intervals
from engines.domain.requests import EngineConfig
from engines.domain.timeframe import Timeframe
from engines.iceberg.catalog import Lake
from engines.iceberg.datafiles import NewFiles
from engines.iceberg.rows import Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Candles that are about to go, and the coarser ones that are to stand for them.

    Attributes:
        finer: The candles to go, by their files.
        coarser: The next coarser table; None where it is empty.
        timeframe: Its timeframe.
        intervals: The times that go, as windows of the coarser table.
    """

    finer: Rows
    coarser: Rows | None
    timeframe: Timeframe
    intervals: Intervals


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncovered:
    """Coarser windows that are missing or do not hold the same trades."""

    windows: int
    examples: tuple[Broken, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrite:
    """Partitions whose rows are to be written again, each as one file.

    Attributes:
        rows: The table.
        units: The partitions' times.
        run_id: Identity of the run.
    """

    rows: Rows
    units: tuple[Interval, ...]
    run_id: str


class Keeper(Protocol):
    """As much of an engine as upkeep needs."""

    name: ClassVar[str]
    config: EngineConfig
    lake: Lake

    def uncovered(self, work: Coverage) -> Uncovered:
        """See `engines.base.Engine.uncovered`."""

    def rewrite(self, work: Rewrite) -> NewFiles:
        """See `engines.base.Engine.rewrite`."""
