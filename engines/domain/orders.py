"""Orders on the table of trades: take an import back, take trades out, merge files; their requests and results.

The summary of the snapshot that carries out an order names it. So what was removed on the user's order is told from
what others removed, which may be a retention.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from engines.domain.interval import Interval
from engines.domain.packing import MOST_ROWS
from engines.domain.timeframe import Timeframe
from engines.domain.upkeep import UpkeepStatus

KEY_ORDER = "k2.order"
"""Key of a snapshot's summary: the order that it carries out."""

KEY_UNDONE = "k2.undone"
"""Key of a snapshot's summary: the run whose import it takes back."""


KEY_MERGED = "k2.merged"
"""Key of a snapshot's summary: snapshots whose files it merged, each with their number: ``ID:3 ID:1``."""

MOST_MERGED = 400
"""Snapshots that one summary names: metadata is read by every run."""


class Order(StrEnum):
    """Orders on the table of trades."""

    UNDO = "undo"
    DELETE = "delete"
    COMPACT = "compact"


def declares_removal(summary: Mapping[str, str]) -> bool:
    """Whether the snapshot with this summary removed trades on the user's order."""
    return summary.get(KEY_ORDER) in (Order.UNDO, Order.DELETE)


def merged_text(files: Mapping[int, int]) -> str:
    """Numbers of merged files by the snapshot that added them, as a summary holds them; the newest first."""
    return " ".join(f"{snapshot_id}:{number}" for snapshot_id, number in list(files.items())[:MOST_MERGED])


def merged_of(summary: Mapping[str, str]) -> dict[int, int]:
    """Numbers of the files that the snapshot with this summary merged, by the snapshot that added them."""
    parts = (part.split(":") for part in summary.get(KEY_MERGED, "").split())
    return {int(snapshot_id): int(number) for snapshot_id, number in parts}


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """Candles of a table that the next run of `aggregate` looks at again.

    Attributes:
        timeframe: The timeframe of the table.
        candles: Number of candles that trades going were in; those that other trades are in, too, stay.
        frozen: Number of these that stay as they are, since they are before the fence.
    """

    timeframe: Timeframe
    candles: int
    frozen: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """The result of taking trades out of the table of trades, or the plan of it.

    Attributes:
        table: Full name of the table of trades.
        status: done, nothing or planned.
        trades: Number of rows that go, copies included.
        held: Number of rows that the table had before.
        span: The event times of these trades; None if there are none.
        touched: Their candles, finest table first.
        files_dropped: Number of data files that go whole.
        files_rewritten: Number of data files of which a part goes, so that the rest is written again.
        bytes_written: Size of the data files written.
        snapshot_id: The snapshot that carried it out; None if there is none.
        import_id: The run whose import is taken back; empty if none is.
    """

    table: str
    status: UpkeepStatus = UpkeepStatus.NOTHING
    trades: int = 0
    held: int = 0
    span: Interval | None = None
    touched: tuple[Touched, ...] = ()
    files_dropped: int = 0
    files_rewritten: int = 0
    bytes_written: int = 0
    snapshot_id: int | None = None
    import_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoRequest:
    """The request to take an import back.

    Attributes:
        import_id: The run that imported; the beginning of its id will do where no other begins so.
        run_id: Id of this run, written to the summary of its snapshot.
        dry_run: Only tell what would go.
    """

    import_id: str
    run_id: str
    dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteRequest:
    """The request to take trades of a series out.

    Attributes:
        exchange: The exchange.
        symbol: The symbol.
        times: Only trades at these instants.
        run_id: Id of this run, written to the summary of its snapshot.
        dry_run: Only tell what would go.
        agreed: Number of trades that the user agreed to; None if no number was shown.
    """

    exchange: str
    symbol: str
    times: Interval
    run_id: str
    dry_run: bool = False
    agreed: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeRequest:
    """The request to merge files of trades.

    Attributes:
        times: Only files that reach into this time.
        run_id: Id of this run, written to the summary of its snapshot.
        most_rows: Number of rows beyond which a file is cut at the next hour.
        settled: Only files of which the table no longer tells which import brought them, so that none is merged that
            could still be taken back.
    """

    times: Interval
    run_id: str
    most_rows: int = MOST_ROWS
    settled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """The result of merging files of trades.

    Attributes:
        table: Full name of the table of trades.
        status: done or nothing.
        rows_before: Number of rows that the table had before.
        copies_dropped: Number of rows that were equal to others in all columns.
        files_before: Number of data files before.
        files_after: Number of data files after.
        bytes_before: Size of the data files before.
        bytes_after: Size of the data files after.
        bytes_written: Size of the data files written.
        snapshot_id: The snapshot that carried it out; None if there is none.
    """

    table: str
    status: UpkeepStatus = UpkeepStatus.NOTHING
    rows_before: int = 0
    copies_dropped: int = 0
    files_before: int = 0
    files_after: int = 0
    bytes_before: int = 0
    bytes_after: int = 0
    bytes_written: int = 0
    snapshot_id: int | None = None
