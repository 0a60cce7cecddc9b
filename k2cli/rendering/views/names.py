"""Short table names for a narrow terminal: the timeframe in each row, the prefix once below the table."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from engines.domain.timeframe import Timeframe
from k2cli.language.words import minute
from k2cli.rendering.blocks import Narrow

_Row = TypeVar("_Row", bound="Named")


class Named(Protocol):
    """A row about a table; `timeframe` is None for the source table."""

    @property
    def table(self) -> str:
        """Full name of the table."""

    @property
    def timeframe(self) -> Timeframe | None:
        """Timeframe of the table."""


def _short_names(rows: Sequence[Named]) -> Sequence[str]:
    """Short names of the tables: ``1h`` for a candle table, ``trades`` for the source table."""
    return ["trades" if row.timeframe is None else str(row.timeframe) for row in rows]


def _prefixes(rows: Sequence[Named]) -> str:
    """What `_short_names` leave out: ``candles: market_data.gold_ohlcv_*, trades: market_data.gold_crypto_trades``."""
    candles = {f"{row.table.removesuffix(str(row.timeframe))}*" for row in rows if row.timeframe is not None}
    trades = {row.table for row in rows if row.timeframe is None}
    parts = {"candles": sorted(candles), "trades": sorted(trades)}
    return ", ".join(f"{what}: {', '.join(names)}" for what, names in parts.items() if names)


def narrow(
    rows: Sequence[_Row],
    *,
    times: Mapping[str, Callable[[_Row], datetime | None]] | None = None,
    once: Sequence[str] = (),
    expendable: Sequence[str] = (),
) -> Narrow:
    """How a table of tables is made narrower: by short names, times cut to the minute, and fewer columns.

    Args:
        rows: The rows.
        times: Columns of times, with what they hold.
        once: Columns that may be replaced by a note if all their cells are equal.
        expendable: Columns that may be left out, the least needed first.
    """
    cut = {column: [minute(time(row)) for row in rows] for column, time in (times or {}).items()}
    note = f"{_prefixes(rows)}; times are UTC" if times else _prefixes(rows)
    return Narrow(short={"table": _short_names(rows), **cut}, note=note, once=once, expendable=expendable)
