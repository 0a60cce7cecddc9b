"""Limits of how many rows are held in memory at once."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Numbers of rows that are processed together at most; more are cut into batches, with the same result.

    An engine on a cluster applies a limit only where the cluster does not divide the work by itself.

    Attributes:
        rebuilt: Trades or finer candles from which candles are computed together: about 0.5 GB.
        deduplicated: Trades of possibly duplicated minutes that are searched for duplicates together.
        recomputed: Trades that a validation folds together: about 0.4 GB.
        checked: Candles that a validation checks together: about 0.4 GB.
        covered: Candles whose windows are searched in a coarser table together: about 0.2 GB.
        held: Candles just written that a run keeps for the tables that are made from them: about 0.05 GB.
        read: Candles that are sorted together when they are read, or trades that are read together: about 0.7 GB.
    """

    rebuilt: int = 2_000_000
    deduplicated: int = 500_000
    recomputed: int = 1_000_000
    checked: int = 300_000
    covered: int = 4_000_000
    held: int = 250_000
    read: int = 500_000
