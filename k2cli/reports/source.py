"""The report of `trades inspect`: a table of trades, how it is read, and what its newest rows are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from engines.domain.caveats import Caveats
from engines.domain.identity import Identity
from engines.domain.look import Spelling
from k2cli.reports.base import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedColumn:
    """A column of a trade, and what it is made from.

    Attributes:
        ours: Our name.
        theirs: The table's name for it; empty if it has no such column.
        type: Its type there.
        read: How it is read, in words.
    """

    ours: str
    theirs: str
    type: str
    read: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLook:
    """A look at a source; `engines.domain.look` explains the fields.

    Attributes:
        columns: What a trade's columns are made from.
        timestamp_unit: Unit of times.
        unit_told: Whether the settings or the type tell it; if not, it was found.
        caveats: What the source leaves to be taken for granted.
        looked_rows: Number of the newest rows that were looked at, `looked_files` the files that they are in.
        looked_from: The first moment that was looked at.
        trades: The newest rows as trades, with ``rejected``, the reason why a run leaves one out.
    """

    table: str
    snapshot_id: int | None
    format_version: int
    columns: tuple[MappedColumn, ...]
    timestamp_unit: str
    unit_told: bool
    caveats: Caveats
    identity: Identity
    rows: int
    first: datetime | None
    last: datetime | None
    files: int
    manifests: int
    without_bounds: int
    position_deletes: int
    equality_deletes: int
    looked_rows: int
    looked_files: int
    looked_from: datetime | None
    rejected: Mapping[str, int]
    noted: Mapping[str, int]
    spellings: tuple[Spelling, ...]
    trades: tuple[Mapping[str, object], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectReport(Report):
    """The result of `trades inspect`."""

    command = "trades inspect"

    source: SourceLook

    @property
    def rows(self) -> tuple[Mapping[str, object], ...]:
        """The newest rows as trades."""
        return self.source.trades
