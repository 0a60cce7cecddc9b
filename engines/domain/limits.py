"""How much is held in memory at once."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The most rows that are worked on together; what is more is cut into batches, and the outcome is the same.

    An engine on a cluster leaves to the cluster what it can cut by itself.

    Attributes:
        rebuilt: Trades, or finer candles, that are made into candles together: about 0.5 GB.
        deduplicated: Trades of doubtful minutes that are searched for copies together.
        recomputed: Trades that a validation folds together: about 0.4 GB.
        checked: Candles that a validation looks at together: about 0.4 GB.
        covered: Candles whose windows are looked for in a coarser table together: about 0.2 GB.
        read: Candles that are sorted together when they are read, or trades that are read together: about 0.7 GB.
    """

    rebuilt: int = 2_000_000
    deduplicated: int = 500_000
    recomputed: int = 1_000_000
    checked: int = 300_000
    covered: int = 4_000_000
    read: int = 500_000
