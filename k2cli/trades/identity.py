"""Identity of a trade: its message id, and its order in its series."""

from collections.abc import Callable

import polars as pl

_NUMERIC = r"^[0-9]{1,18}$"


def identify(frame: pl.DataFrame, digest: Callable[[], str]) -> pl.DataFrame:
    """Add `message_id` and `source_sequence`.

    The message id is ``exchange:symbol:trade_id``, and without a trade id ``exchange:symbol:digest:line``. The
    sequence is the trade id where that is a number, else the line. Both are the same at each import of the same
    content, packed or not, under whatever name.

    Args:
        frame: `exchange`, `symbol`, `trade_id` (strings, the last may be null) and `line` (Int64).
        digest: Gives the digest of the file; only asked when a trade has no id, for it reads the whole file.
    """
    identifier = pl.col("trade_id")
    if frame["trade_id"].null_count():
        identifier = pl.coalesce(identifier, pl.concat_str(pl.lit(f"{digest()}:"), pl.col("line").cast(pl.String)))
    number = pl.when(pl.col("trade_id").str.contains(_NUMERIC)).then(pl.col("trade_id")).cast(pl.Int64)
    return frame.with_columns(
        pl.concat_str("exchange", "symbol", identifier, separator=":").alias("message_id"),
        pl.coalesce(number, "line").alias("source_sequence"),
    )
