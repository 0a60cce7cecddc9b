"""What a refresh hands to an engine, and what comes back."""

from dataclasses import dataclass
from typing import ClassVar, Protocol

from engines.domain.changes import RemovedTrades
from engines.domain.plan import TablePlan
from engines.domain.requests import EngineConfig, Observer
from engines.domain.results import Origin, Rejected
from engines.iceberg.catalog import Lake
from engines.iceberg.rows import Rows
from engines.iceberg.state import TargetState


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuild:
    """What an engine is to do to one table.

    Attributes:
        plan: What is recomputed.
        target: The table as it was seen; commits go through its handle.
        origin: Whether `rows` are trades or candles of the finest timeframe.
        rows: What to read; None where there is nothing to read.
        trades: The source, to ask which series it knows; None where it is empty.
        removed: What to do with candles that have no trades any more.
        now: The run's clock, for created_at and updated_at.
        summary: Keys for the new snapshot's summary.
    """

    plan: TablePlan
    target: TargetState
    origin: Origin
    rows: Rows | None
    trades: Rows | None
    removed: RemovedTrades
    now: int
    summary: dict[str, str]

    @property
    def adopting(self) -> bool:
        """Whether the candles that are there now are a stranger's."""
        return self.target.source_uuid is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """What an engine did. The fields mean what they mean in `TableRefresh`."""

    snapshot_id: int
    candles_written: int = 0
    candles_removed: int = 0
    trades_read: int = 0
    duplicates: int = 0
    rejected: tuple[Rejected, ...] = ()
    data_files_read: int = 0
    bytes_read: int = 0
    bytes_written: int = 0


class Rebuilder(Protocol):
    """As much of an engine as a refresh needs."""

    name: ClassVar[str]
    reads_equality_deletes: ClassVar[bool]
    config: EngineConfig
    lake: Lake

    def rebuild(self, work: Rebuild, observer: Observer) -> Rebuilt:
        """See `engines.base.Engine.rebuild`."""
