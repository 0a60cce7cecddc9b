"""What there is to know of a table besides its rows: where it lies, when it last changed, its branches."""

from dataclasses import dataclass

from engines.domain.timeframe import Timeframe


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A branch or tag of a table other than main.

    Attributes:
        name: Its name.
        tag: Whether it is a tag.
        committed_at: When its snapshot was made, microseconds; None where that is not kept.
        staging: Whether a run of ours made it, to publish from.
        stale: Whether that run cannot publish any more: the table has another head than the one it began at.
    """

    name: str
    tag: bool
    committed_at: int | None
    staging: bool = False
    stale: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFacts:
    """A table.

    Attributes:
        table: Full name.
        timeframe: None for the trades.
        exists: Whether it is there; the rest is empty when it is not.
        location: Where its files lie.
        snapshot_id: Its current snapshot.
        committed_at: When the newest of its snapshots was made, microseconds, by the clock of who made it.
        branches: Its branches and tags, main aside.
    """

    table: str
    timeframe: Timeframe | None
    exists: bool = True
    location: str = ""
    snapshot_id: int | None = None
    committed_at: int | None = None
    branches: tuple[Branch, ...] = ()
