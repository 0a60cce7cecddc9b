"""Watermarks: the state of a candle table, stored in the summaries of its own snapshots."""

from collections.abc import Mapping
from dataclasses import dataclass

from engines.domain.identity import Identity

_VERSION = "1"
"""Version of the arithmetic of candles. When it changes, every table is rebuilt."""

PREFIX = "k2."
KEY_SOURCE_SNAPSHOT = "k2.source-snapshot-id"
KEY_SOURCE_SEQUENCE = "k2.source-sequence-number"
KEY_SOURCE_UUID = "k2.source-table-uuid"
KEY_CLOSED_UNTIL = "k2.closed-until"
KEY_FENCE = "k2.fence"
KEY_ALGEBRA = "k2.algebra"
KEY_COLUMNS = "k2.columns"
KEY_ENGINE = "k2.engine"
KEY_RUN = "k2.run-id"
KEY_VERSION = "k2.version"
KEY_DAMAGED = "k2.damaged"
"""In snapshots that leave out what cannot be read: the number of data files."""


def algebra(identity: Identity) -> str:
    """What candles are made by, as recorded: the version of the arithmetic, and what trades are told apart by."""
    # Candles of versions that knew no other identity are recorded by the version alone.
    return _VERSION if identity is Identity.ID_TIME else f"{_VERSION}+{identity}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Watermark:
    """Record of how far a candle table is complete.

    Attributes:
        source_uuid: UUID of the source table.
        source_snapshot_id: The source snapshot whose trades the candles are made from; None if the source was empty.
        source_sequence_number: Sequence number of that snapshot; 0 if the source was empty.
        closed_until: Windows that end at or before this instant are published.
        fence: Windows that start before this instant are frozen; None if none are.
        algebra: What the candles were made by, see `algebra`.
        columns: Which columns of the source they were made from, see `Reading.record`; empty in former versions.
    """

    source_uuid: str
    source_snapshot_id: int | None
    source_sequence_number: int
    closed_until: int
    algebra: str
    fence: int | None = None
    columns: str = ""

    @classmethod
    def parse(cls, summary: Mapping[str, str]) -> "Watermark | None":
        """Read the watermark of a snapshot summary; None if keys are missing or have unreadable values."""
        try:
            snapshot_id = summary[KEY_SOURCE_SNAPSHOT]
            fence = summary.get(KEY_FENCE, "")
            return cls(
                source_uuid=summary[KEY_SOURCE_UUID],
                source_snapshot_id=int(snapshot_id) if snapshot_id else None,
                source_sequence_number=int(summary[KEY_SOURCE_SEQUENCE]),
                closed_until=int(summary[KEY_CLOSED_UNTIL]),
                fence=int(fence) if fence else None,
                algebra=summary[KEY_ALGEBRA],
                columns=summary.get(KEY_COLUMNS, ""),
            )
        except (KeyError, ValueError):
            return None

    @property
    def identity(self) -> Identity | None:
        """What the candles' trades were told apart by; None if another version of the arithmetic made them."""
        return next((identity for identity in Identity if algebra(identity) == self.algebra), None)

    def summary(self, *, engine: str, run_id: str, version: str) -> dict[str, str]:
        """The watermark and the given values as entries of a snapshot summary."""
        return {
            KEY_SOURCE_SNAPSHOT: "" if self.source_snapshot_id is None else str(self.source_snapshot_id),
            KEY_SOURCE_SEQUENCE: str(self.source_sequence_number),
            KEY_SOURCE_UUID: self.source_uuid,
            KEY_CLOSED_UNTIL: str(self.closed_until),
            KEY_FENCE: "" if self.fence is None else str(self.fence),
            KEY_ALGEBRA: self.algebra,
            KEY_COLUMNS: self.columns,
            KEY_ENGINE: engine,
            KEY_RUN: run_id,
            KEY_VERSION: version,
        }
