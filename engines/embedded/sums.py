"""Sums as frames: the unscaled integers that a fold and a roll-up calculate with, and how they cannot wrap.

Columns of sums: exchange, symbol, window_start (Int64 microseconds), open, high, low, close (Int128, 8 places),
volume (Int128, 8 places), trade_count, quote_volume (Int128, 16 places; null where it is beyond 38 digits),
buy_volume, buy_quote_volume (null where no trade has a side).
"""

import polars as pl
import pyarrow as pa

from engines.embedded.candles import to_frame

SERIES = ("exchange", "symbol")
WINDOW = (*SERIES, "window_start")
MOST = 10**38 - 1
"""The greatest unscaled value of a decimal of 38 digits."""

_LIMB = 10**19
_PRICES = dict.fromkeys(("open", "high", "low", "close"), pl.Decimal(18, 8))
_DECIMALS = {
    **_PRICES,
    "volume": pl.Decimal(38, 8),
    "quote_volume": pl.Decimal(38, 16),
    "buy_volume": pl.Decimal(38, 8),
    "buy_quote_volume": pl.Decimal(38, 16),
}
NO_SUMS = pl.DataFrame(
    schema={
        "exchange": pl.String,
        "symbol": pl.String,
        "window_start": pl.Int64,
        **dict.fromkeys(("open", "high", "low", "close", "volume"), pl.Int128),
        "trade_count": pl.Int64,
        **dict.fromkeys(("quote_volume", "buy_volume", "buy_quote_volume"), pl.Int128),
    }
)


def sums_frame(table: pa.Table) -> pl.DataFrame:
    """The sums of a `Folded` as unscaled integers."""
    decimals = [pl.col(name).cast(dtype).to_physical() for name, dtype in _DECIMALS.items()]
    return to_frame(table).with_columns(decimals).select(NO_SUMS.columns).cast(NO_SUMS.schema)


def sums_table(sums: pl.DataFrame) -> pa.Table:
    """Unscaled integers as the sums of a `Folded`."""
    decimals = [pl.col(name).reinterpret(dtype=dtype) for name, dtype in _DECIMALS.items()]
    return sums.with_columns(decimals).to_arrow(compat_level=pl.CompatLevel.newest())


def limb_sums(column: str) -> tuple[pl.Expr, pl.Expr]:
    """The sum of a column of non-negative Int128 as two sums that cannot wrap."""
    value = pl.col(column)
    return (value // _LIMB).sum().alias(f"{column}_high"), (value % _LIMB).sum().alias(f"{column}_low")


def from_limbs(column: str) -> pl.Expr:
    """The whole sum; null where it is beyond 38 digits."""
    carried = pl.col(f"{column}_high") + pl.col(f"{column}_low") // _LIMB
    fits = carried < pl.lit((MOST + 1) // _LIMB, dtype=pl.Int128)
    return pl.when(fits).then(pl.col(f"{column}_high") * _LIMB + pl.col(f"{column}_low"))
