"""What every run has to read because upkeep was forgotten: snapshots, metadata, small files."""

from collections.abc import Iterator
from dataclasses import dataclass

SNAPSHOTS = 2000
METADATA = 5_000_000
FILES, SMALL = 1000, 1_000_000
"""So many files of so few bytes on average are many small ones."""


@dataclass(frozen=True, slots=True)
class Burden:
    """A burden of a table, and what takes it off."""

    found: str
    cure: str


def burdens(
    table: str, *, is_source: bool, snapshots: int, metadata_bytes: int, files: int, size: int
) -> Iterator[Burden]:
    """Yield the burdens of a table.

    Args:
        table: Its full name.
        is_source: It holds trades. Candles have a file a day, and these are small; compact merges what is in more.
        snapshots: Number of snapshots kept.
        metadata_bytes: Size of its metadata file.
        files: Number of live data files.
        size: Their size together.
    """
    if snapshots > SNAPSHOTS or metadata_bytes > METADATA:
        megabytes = f"{metadata_bytes / 1_000_000:.1f} MB"
        yield Burden(
            f"{table} keeps {snapshots:,} snapshots in {megabytes} of metadata, which every run reads",
            "k2 ohlcv prune --snapshots --yes; each night by k2 schedule; fewer stay with [snapshots] keep_age",
        )
    if is_source and files > FILES and size < files * SMALL:
        yield Burden(
            f"{table} has {files:,} files of {size // files // 1000:,} kB on average",
            "k2 trades compact; where others made the table, by the engine that writes it",
        )
