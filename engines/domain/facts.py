"""Facts about a table other than its rows: its location, the time of its last commit, its branches."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from engines.domain.identity import Identity
from engines.domain.timeframe import Timeframe


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A branch or tag of a table other than main.

    Attributes:
        name: Its name.
        tag: Whether it is a tag.
        committed_at: When its snapshot was committed, microseconds; None if the snapshot is no longer kept.
        staging: Whether it is the staging branch of a run of ours.
        stale: Whether that run can no longer publish, because the table's head is not the one it began at.
    """

    name: str
    tag: bool
    committed_at: int | None
    staging: bool = False
    stale: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFacts:
    """Facts about one table.

    Attributes:
        table: Full name.
        timeframe: Timeframe of a candle table; None for the source table.
        exists: Whether the table exists; if not, the other fields are empty.
        location: Where its files are stored.
        snapshot_id: The current snapshot; None if the table is empty.
        committed_at: Commit time of the newest snapshot, microseconds, by its writer's clock; None without a snapshot.
        branches: Branches and tags except main.
        identity: What the source's trades are told apart by; of a candle table, what they were when its candles were
            made. None if that is not known.
        snapshots: Number of snapshots kept.
        metadata_bytes: Size of the metadata file, which every run reads.
        files: Number of live data files, as the newest snapshot says.
        bytes: Size of these files.
        columns: Of the source: our columns of a trade to its own names for them, as far as it has them.
    """

    table: str
    timeframe: Timeframe | None
    exists: bool = True
    location: str = ""
    snapshot_id: int | None = None
    committed_at: int | None = None
    branches: tuple[Branch, ...] = ()
    identity: Identity | None = None
    snapshots: int = 0
    metadata_bytes: int = 0
    files: int = 0
    bytes: int = 0
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfit:
    """Why a table cannot serve as source or candle table.

    Attributes:
        why: What is wrong with which table.
        remedy: What to do about it.
    """

    why: str
    remedy: str
