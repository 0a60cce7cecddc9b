"""Short table names for a narrow terminal: the timeframe in each row, the prefix once below the table."""

from collections.abc import Sequence
from typing import Protocol

from engines.domain.timeframe import Timeframe


class Named(Protocol):
    """A row about a table; `timeframe` is None for the source table."""

    @property
    def table(self) -> str:
        """Full name of the table."""

    @property
    def timeframe(self) -> Timeframe | None:
        """Timeframe of the table."""


def short_names(rows: Sequence[Named]) -> Sequence[str]:
    """Short names of the tables: ``1h`` for a candle table, ``trades`` for the source table."""
    return ["trades" if row.timeframe is None else str(row.timeframe) for row in rows]


def prefixes(rows: Sequence[Named]) -> str:
    """What `short_names` leave out: ``candles: market_data.gold_ohlcv_*, trades: market_data.gold_crypto_trades``."""
    candles = {f"{row.table.removesuffix(str(row.timeframe))}*" for row in rows if row.timeframe is not None}
    trades = {row.table for row in rows if row.timeframe is None}
    parts = {"candles": sorted(candles), "trades": sorted(trades)}
    return ", ".join(f"{what}: {', '.join(names)}" for what, names in parts.items() if names)
