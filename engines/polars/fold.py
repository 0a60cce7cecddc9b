"""The fold: exact one-minute sums of trades. It works on LazyFrames; reading is done in `scan`.

All prices and quantities are unscaled integers: 1.5 with 8 places is 150000000. Products and sums are Int128.
Columns of sums are those of `engines.embedded.sums`.
"""

from functools import reduce
from operator import add

import polars as pl
import pyarrow as pa

from engines.domain.candle import CANDLE_KEY, SERIES, SIDES, SUMS, Measure, Merge, Of
from engines.domain.decimals import PRICE
from engines.domain.findings import MOST_EXAMPLES
from engines.domain.identity import Identity
from engines.domain.limits import Limits
from engines.domain.tables import TRADES_NEEDED, TRADES_USED
from engines.domain.timeframe import MINUTE
from engines.embedded import REJECTIONS, Folded
from engines.embedded.sums import MOST, NO_SUMS, from_limbs, limb_sums, sums_table

_MONEY = pl.Decimal(PRICE.precision, PRICE.scale)
_OPTIONAL_TYPES = {"side": pl.String}


def trades_view(source: pl.LazyFrame) -> pl.LazyFrame:
    """Select the columns that a fold needs, in the types it needs; optional ones that the source lacks are null.

    Adds ``window_start``, and ``valid``: whether no reason for rejection applies.
    """
    present = source.collect_schema().names()
    optional = [
        pl.col(name) if name in present else pl.lit(None, dtype=_OPTIONAL_TYPES.get(name, pl.Int64)).alias(name)
        for name in TRADES_USED
    ]
    money = [pl.col(name).cast(_MONEY).to_physical() for name in ("price", "quantity")]
    rest = [name for name in TRADES_NEEDED if name not in ("price", "quantity")]
    window = pl.col("timestamp") - pl.col("timestamp") % MINUTE
    present_too = (pl.col(name).is_not_null() for name in ("message_id", "timestamp", *SERIES))
    valid = pl.all_horizontal(pl.col("price") > 0, pl.col("quantity") > 0, *present_too).fill_null(value=False)
    return source.select(*rest, *money, *optional, valid.alias("valid"), window.alias("window_start"))


def fold_exactly(trades: pl.LazyFrame, identity: Identity, limits: Limits) -> Folded:
    """Sums of the distinct valid trades: one pass over all trades, then the doubtful windows are read again.

    Args:
        trades: The trades as `trades_view` returns them; read several times if there is anything doubtful or invalid.
        identity: What a trade is told apart by.
        limits: Limits the number of trades that are searched for duplicates together.
    """
    folded = fold(trades).collect(engine="streaming")
    again = doubtful(folded)
    settled = [_settled(folded).join(again, on=CANDLE_KEY, how="anti")]
    duplicates = 0
    for windows in _portions(again, limits.deduplicated):
        rows = _rows_of(trades, windows)
        single = distinct(rows, identity)
        duplicates += rows.height - single.height
        settled.append(_settled(fold_in_limbs(single)))
    invalid = not folded["valid"].all()
    return Folded(
        sums=sums_table(pl.concat(settled)),
        trades_read=int(folded["trade_count"].sum()),
        duplicates=duplicates,
        rejected=rejections(trades) if invalid else {},
        samples=_samples(trades) if invalid else None,
    )


def fold(trades: pl.LazyFrame) -> pl.LazyFrame:
    """Sums of the trades of each window and series, separately for valid and invalid trades, in one pass.

    Duplicates are not removed here. The column ``hashes``, the number of distinct hashes of message_id in the window,
    shows where there may be some: where there are fewer hashes than trades (see `doubtful`).
    """
    sided = pl.when(pl.col("side").is_in(SIDES)).then(1).sum()
    return trades.group_by(*CANDLE_KEY, "valid").agg(
        *(_measured(measure).alias(measure.name) for measure in SUMS),
        sided.alias("sided"),
        pl.col("quantity").max().alias("largest"),
        pl.col("message_id").hash().n_unique().alias("hashes"),
    )


def _measured(measure: Measure) -> pl.Expr:
    """The aggregation that computes a measure from the trades of a group."""
    place = pl.struct("timestamp", "source_sequence", "message_id")
    taken = {
        Of.PRICE: pl.col("price"),
        Of.QUANTITY: pl.col("quantity"),
        Of.QUOTE: pl.col("price") * pl.col("quantity"),
        Of.TRADE: pl.lit(1, dtype=pl.Int64),
    }[measure.of]
    match measure.merge:
        case Merge.FIRST:
            return taken.min_by(place)
        case Merge.LAST:
            return taken.max_by(place)
        case Merge.HIGHEST:
            return taken.max()
        case Merge.LOWEST:
            return taken.min()
    if measure.side is not None:
        return pl.when(pl.col("side") == measure.side).then(taken).sum()
    return pl.len().cast(pl.Int64) if measure.of is Of.TRADE else taken.sum()  # the sum of a literal is not per row


def doubtful(sums: pl.DataFrame) -> pl.DataFrame:
    """The windows to fold again: they may have duplicates, or their sum of products may exceed 128 bits."""
    room = pl.lit(MOST, dtype=pl.Int128) // (pl.col("high_price") * pl.col("largest"))
    copies = pl.col("hashes") < pl.col("trade_count")
    return sums.filter(pl.col("valid") & (copies | (pl.col("trade_count") > room))).select(*CANDLE_KEY, "trade_count")


def _portions(windows: pl.DataFrame, most_trades: int) -> list[pl.DataFrame]:
    """Split windows in order of time, so that the trades of one portion fit into memory with all their columns."""
    ordered = windows.sort("window_start").with_columns(portion=pl.col("trade_count").cum_sum() // most_trades)
    return ordered.partition_by("portion", maintain_order=True)


def _rows_of(trades: pl.LazyFrame, windows: pl.DataFrame) -> pl.DataFrame:
    """Read the valid trades of the windows. The filter by time comes first, so that other files are not read."""
    first, last = windows["window_start"].item(0), windows["window_start"].item(-1)
    during = pl.col("timestamp").is_between(pl.lit(first), pl.lit(last + MINUTE), closed="left")
    return (
        trades.filter(during, "valid")
        .join(windows.lazy().select(CANDLE_KEY), on=CANDLE_KEY, how="semi")
        .collect(engine="streaming")
    )


def distinct(trades: pl.DataFrame, identity: Identity) -> pl.DataFrame:
    """Remove duplicates: of rows with the same identity, keep the one that is greatest in the order of `Reader.fold`.

    A row whose hash is unique cannot have duplicates; only the other rows are compared by their strings.
    """
    mixed = reduce(add, (pl.col(name).hash() for name in identity.columns if name not in SERIES))
    marked = trades.with_columns(suspect=mixed.is_duplicated())
    suspects = marked.filter("suspect")
    winners = suspects.sort(
        "ingestion_timestamp",
        "platform_sequence",
        "timestamp",
        "price",
        "quantity",
        "side",
        "source_sequence",
        nulls_last=False,
    ).unique(subset=identity.columns, keep="last", maintain_order=False)
    return pl.concat([marked.filter(~pl.col("suspect")), winners]).drop("suspect")


def fold_in_limbs(trades: pl.DataFrame) -> pl.DataFrame:
    """Sums of distinct trades, with the sum of products added up in two limbs; for the windows that are `doubtful`."""
    quote = (pl.col("price") * pl.col("quantity")).alias("quote")
    limbs = trades.lazy().with_columns(quote).group_by(*CANDLE_KEY).agg(*limb_sums("quote")).collect()
    sums = fold(trades.lazy()).collect().drop("quote_volume")
    return sums.join(limbs, on=CANDLE_KEY, how="left").with_columns(quote_volume=from_limbs("quote"))


def _settled(folded: pl.DataFrame) -> pl.DataFrame:
    """The sums of valid trades, ready to be merged: the sums of one side are null where no trade has a side."""
    # Where the sum of products exceeds 38 digits, that of one side may, too.
    known = (pl.col("sided") > 0) & pl.col("quote_volume").is_not_null()
    shares = (pl.when(known).then(m.name).alias(m.name) for m in SUMS if m.side is not None)
    return folded.filter("valid").with_columns(shares).select(NO_SUMS.columns)


def rejections(trades: pl.LazyFrame) -> dict[str, int]:
    """Number of invalid trades by reason; computed in a separate pass, since there hardly ever are any."""
    reason: pl.Expr = pl.lit(None, dtype=pl.String)
    for name, applies in reversed(REJECTIONS.items()):
        reason = pl.when(pl.sql_expr(applies)).then(pl.lit(name)).otherwise(reason)
    counts = trades.filter(~pl.col("valid")).group_by(reason.alias("reason")).agg(pl.len())
    return dict(counts.sort("reason").collect(engine="streaming").iter_rows())


def _samples(trades: pl.LazyFrame) -> pa.Table:
    """Some invalid trades, as examples for reports."""
    money = (pl.col(name).reinterpret(dtype=_MONEY) for name in ("price", "quantity"))
    rows = trades.filter(~pl.col("valid")).head(MOST_EXAMPLES).drop("valid", "window_start")
    return rows.collect(engine="streaming").with_columns(money).to_arrow()
