"""Trades into one-minute sums, exactly: LazyFrame in, LazyFrame out; reading lies elsewhere.

All prices and quantities are unscaled integers: 1.5 with 8 places is 150000000. Products and sums are Int128.
Columns of sums are those of `engines.embedded.sums`.
"""

import polars as pl
import pyarrow as pa

from engines.domain.candle import CANDLE_KEY, SERIES, SIDES, SUMS, Measure, Merge, Of
from engines.domain.decimals import PRICE
from engines.domain.findings import MOST_EXAMPLES
from engines.domain.limits import Limits
from engines.domain.tables import TRADES_NEEDED, TRADES_USED
from engines.domain.timeframe import MINUTE
from engines.embedded import REJECTIONS, Folded
from engines.embedded.sums import MOST, NO_SUMS, from_limbs, limb_sums, sums_table

_MONEY = pl.Decimal(PRICE.precision, PRICE.scale)
_OPTIONAL_TYPES = {"side": pl.String}


def trades_view(source: pl.LazyFrame) -> pl.LazyFrame:
    """The columns a fold needs, as it needs them; optional ones that the source lacks are null.

    Adds ``window_start``, and ``valid``: whether no reason of rejection applies.
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


def fold_exactly(trades: pl.LazyFrame, limits: Limits) -> Folded:
    """Sums of the distinct valid trades: one pass, and a second one over the windows that ask for it.

    Args:
        trades: As `trades_view` makes them; read up to three times.
        limits: How many trades may be searched for copies together.
    """
    folded = fold(trades).collect(engine="streaming")
    again = doubtful(folded)
    settled = [_settled(folded).join(again, on=CANDLE_KEY, how="anti")]
    duplicates = 0
    for windows in _portions(again, limits.deduplicated):
        rows = _rows_of(trades, windows)
        single = distinct(rows)
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
    """Sums of the trades of each window and series, invalid ones apart, in one pass.

    Copies of a trade are not taken out here; what tells whether there are any comes along as ``hashes``: the number
    of different hashes of message_id in the window. Fewer hashes than trades: look closer (`doubtful`).
    """
    sided = pl.when(pl.col("side").is_in(SIDES)).then(1).sum()
    return trades.group_by(*CANDLE_KEY, "valid").agg(
        *(_measured(measure).alias(measure.name) for measure in SUMS),
        sided.alias("sided"),
        pl.col("quantity").max().alias("largest"),
        pl.col("message_id").hash().n_unique().alias("hashes"),
    )


def _measured(measure: Measure) -> pl.Expr:
    """A measure of the trades of a group."""
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
    return pl.len().cast(pl.Int64) if measure.of is Of.TRADE else taken.sum()  # a literal is summed once, not by rows


def doubtful(sums: pl.DataFrame) -> pl.DataFrame:
    """The windows to look at again: where a copy may hide, or where the sum of products may not fit 128 bits."""
    room = pl.lit(MOST, dtype=pl.Int128) // (pl.col("high_price") * pl.col("largest"))
    copies = pl.col("hashes") < pl.col("trade_count")
    return sums.filter(pl.col("valid") & (copies | (pl.col("trade_count") > room))).select(*CANDLE_KEY, "trade_count")


def _portions(windows: pl.DataFrame, most_trades: int) -> list[pl.DataFrame]:
    """Windows in order of time, cut so that the trades of one portion fit into memory with all their columns."""
    ordered = windows.sort("window_start").with_columns(portion=pl.col("trade_count").cum_sum() // most_trades)
    return ordered.partition_by("portion", maintain_order=True)


def _rows_of(trades: pl.LazyFrame, windows: pl.DataFrame) -> pl.DataFrame:
    """The valid trades of the windows. Their times go first: they keep other files from being read."""
    first, last = windows["window_start"].item(0), windows["window_start"].item(-1)
    during = pl.col("timestamp").is_between(pl.lit(first), pl.lit(last + MINUTE), closed="left")
    return (
        trades.filter(during, "valid")
        .join(windows.lazy().select(CANDLE_KEY), on=CANDLE_KEY, how="semi")
        .collect(engine="streaming")
    )


def distinct(trades: pl.DataFrame) -> pl.DataFrame:
    """One row for each trade: of its copies the greatest by ingestion, platform sequence, price, quantity.

    Rows whose hash is alone cannot have a copy; only the others pay for comparing strings.
    """
    mixed = pl.col("message_id").hash() + pl.col("timestamp").hash()
    marked = trades.with_columns(suspect=mixed.is_duplicated())
    suspects = marked.filter("suspect")
    winners = suspects.sort(
        "ingestion_timestamp", "platform_sequence", "price", "quantity", "side", "source_sequence", nulls_last=False
    ).unique(subset=[*SERIES, "timestamp", "message_id"], keep="last", maintain_order=False)
    return pl.concat([marked.filter(~pl.col("suspect")), winners]).drop("suspect")


def fold_in_limbs(trades: pl.DataFrame) -> pl.DataFrame:
    """Sums of distinct trades, with the sum of products in two limbs: for the windows that are `doubtful`."""
    quote = (pl.col("price") * pl.col("quantity")).alias("quote")
    limbs = trades.lazy().with_columns(quote).group_by(*CANDLE_KEY).agg(*limb_sums("quote")).collect()
    sums = fold(trades.lazy()).collect().drop("quote_volume")
    return sums.join(limbs, on=CANDLE_KEY, how="left").with_columns(quote_volume=from_limbs("quote"))


def _settled(folded: pl.DataFrame) -> pl.DataFrame:
    """The columns of sums of valid trades, ready to be merged: a side's share is null where no trade has a side."""
    # Where products do not fit 38 digits, those of a side may not either.
    known = (pl.col("sided") > 0) & pl.col("quote_volume").is_not_null()
    shares = (pl.when(known).then(m.name).alias(m.name) for m in SUMS if m.side is not None)
    return folded.filter("valid").with_columns(shares).select(NO_SUMS.columns)


def rejections(trades: pl.LazyFrame) -> dict[str, int]:
    """Invalid trades by reason: a pass of its own, for there hardly ever are any."""
    reason: pl.Expr = pl.lit(None, dtype=pl.String)
    for name, applies in reversed(REJECTIONS.items()):
        reason = pl.when(pl.sql_expr(applies)).then(pl.lit(name)).otherwise(reason)
    counts = trades.filter(~pl.col("valid")).group_by(reason.alias("reason")).agg(pl.len())
    return dict(counts.sort("reason").collect(engine="streaming").iter_rows())


def _samples(trades: pl.LazyFrame) -> pa.Table:
    """Some invalid trades, to be shown."""
    money = (pl.col(name).reinterpret(dtype=_MONEY) for name in ("price", "quantity"))
    rows = trades.filter(~pl.col("valid")).head(MOST_EXAMPLES).drop("valid", "window_start")
    return rows.collect(engine="streaming").with_columns(money).to_arrow()
