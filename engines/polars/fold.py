"""The fold: exact one-minute sums of trades. It works on LazyFrames; reading is done in `scan`.

All prices and quantities are unscaled integers: 1.5 with 8 places is 150000000. Products and sums are Int128.
Columns of sums are those of `engines.embedded.sums`.
"""

from collections.abc import Sequence
from functools import reduce
from itertools import product
from operator import add

import polars as pl
import pyarrow as pa

from engines.domain.candle import BUY, CANDLE_KEY, SELL, SERIES, SUMS, Measure, Merge, Of
from engines.domain.decimals import Scale
from engines.domain.findings import MOST_EXAMPLES
from engines.domain.identity import RANK, Identity
from engines.domain.invariants import NOT_EXACT, NOTED, SIDE_UNKNOWN, STORED, rejections_of
from engines.domain.limits import Limits
from engines.domain.tables import AMOUNTS, TRADES_NEEDED, TRADES_USED
from engines.domain.timeframe import MINUTE
from engines.embedded import Folded
from engines.embedded.sums import MOST, NO_SUMS, from_limbs, limb_sums, product_limbs, sums_table

_OPTIONAL_TYPES = {"side": pl.String}


def trades_view(source: pl.LazyFrame, scale: Scale, *, exact_words: bool = False) -> pl.LazyFrame:
    """Select the columns that a fold needs, in the types it needs; optional ones that the source lacks are null.

    Adds ``window_start``; ``valid``: whether no reason for rejection applies; and ``bought``: whether the taker bought,
    null where the side is unknown.

    Args:
        source: The trades in our names and types.
        scale: Scale of the candles that are made from them.
        exact_words: Whether the case of a side matters, see `Reading`.
    """
    present = source.collect_schema().names()
    odd = [name for name in (*NOT_EXACT, *NOTED, *STORED, "nanosecond") if name in present]
    optional = [
        pl.col(name) if name in present else pl.lit(None, dtype=_OPTIONAL_TYPES.get(name, pl.Int64)).alias(name)
        for name in TRADES_USED
    ]
    money = [pl.col(name).cast(dtype).to_physical() for name, dtype in _amount_types(scale).items()]
    rest = [name for name in TRADES_NEEDED if name not in AMOUNTS]
    window = pl.col("timestamp") - pl.col("timestamp") % MINUTE
    present_too = (pl.col(name).is_not_null() for name in ("message_id", "timestamp", *SERIES))
    valid = pl.all_horizontal(pl.col("price") > 0, pl.col("quantity") > 0, *present_too).fill_null(value=False)
    return source.select(
        *rest, *money, *optional, *odd, valid.alias("valid"), window.alias("window_start")
    ).with_columns(_bought(exact_words=exact_words).alias("bought"))


def _amount_types(scale: Scale) -> dict[str, pl.Decimal]:
    types = zip(AMOUNTS, (scale.price, scale.volume), strict=True)
    return {name: pl.Decimal(type_.precision, type_.scale) for name, type_ in types}


def _bought(*, exact_words: bool) -> pl.Expr:
    bought, sold = (pl.col("side").is_in([side] if exact_words else _spellings(side)) for side in (BUY, SELL))
    return pl.when(bought).then(pl.lit(value=True)).when(sold).then(pl.lit(value=False))


def _spellings(word: str) -> list[str]:
    """A word in capitals, small letters and all between: to look it up takes a quarter of making each side small."""
    return ["".join(letters) for letters in product(*((letter, letter.upper()) for letter in word))]


def fold_exactly(trades: pl.LazyFrame, scale: Scale, identity: Identity, limits: Limits) -> Folded:
    """Sums of the distinct valid trades: one pass over all trades, then the doubtful windows are read again.

    Args:
        trades: The trades as `trades_view` returns them; read several times if there is anything doubtful or invalid.
        scale: The scale of their prices and quantities, which are unscaled integers.
        identity: What a trade is told apart by.
        limits: Limits the number of trades that are searched for duplicates together.
    """
    folded = fold(trades, identity).collect(engine="streaming")
    again = doubtful(folded, copies=identity is not Identity.NONE)
    settled = [_settled(folded).join(again, on=CANDLE_KEY, how="anti")]
    duplicates = 0
    for windows in _portions(again, limits.deduplicated):
        some = _rows_of(trades, windows)
        single = some if identity is Identity.NONE else distinct(some, identity)
        duplicates += some.height - single.height
        settled.append(_settled(fold_in_limbs(single, identity)))
    invalid = not folded["valid"].all()
    return Folded(
        sums=sums_table(pl.concat(settled), scale),
        trades_read=int(folded["trade_count"].sum()),
        duplicates=duplicates,
        rejected=rejections(trades) if invalid else {},
        samples=_samples(trades, scale) if invalid else None,
        noted=_noted(folded),
    )


def fold(trades: pl.LazyFrame, identity: Identity) -> pl.LazyFrame:
    """Sums of the trades of each window and series, separately for valid and invalid trades, in one pass.

    Duplicates are not removed here. The column ``hashes``, the number of distinct hashes of message_id in the window,
    shows where there may be some: where there are fewer hashes than trades (see `doubtful`).
    """
    present = trades.collect_schema().names()
    order = identity.order(present)
    return trades.group_by(*CANDLE_KEY, "valid").agg(
        *(_measured(measure, order).alias(measure.name) for measure in SUMS),
        pl.col("bought").count().alias("sided"),
        pl.col("side").count().alias("with_side"),
        *(pl.col(name).sum() for name in NOTED if name in present),
        pl.col("quantity").max().alias("largest"),
        pl.col("message_id").hash().n_unique().alias("hashes"),
    )


def _noted(folded: pl.DataFrame) -> dict[str, int]:
    """Number of valid trades that count although a value was changed or not understood, by what was."""
    valid = folded.filter("valid")
    counts = {name: int(valid[name].sum()) for name in NOTED if name in valid.columns}
    return counts | {SIDE_UNKNOWN: int((valid["with_side"] - valid["sided"]).sum())}


def _measured(measure: Measure, order: Sequence[str]) -> pl.Expr:
    """The aggregation that computes a measure from the trades of a group."""
    place = pl.struct(*order)
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
        return pl.when(pl.col("bought") if measure.side == BUY else ~pl.col("bought")).then(taken).sum()
    return pl.len().cast(pl.Int64) if measure.of is Of.TRADE else taken.sum()  # the sum of a literal is not per row


def doubtful(sums: pl.DataFrame, *, copies: bool = True) -> pl.DataFrame:
    """The windows to fold again: they may have duplicates, or a sum of theirs may exceed 128 bits.

    Args:
        sums: The sums of windows as `fold` makes them.
        copies: Whether trades can be recognised as duplicates.
    """
    room = pl.lit(MOST, dtype=pl.Int128) // pl.col("high_price") // pl.col("largest")
    repeated = (pl.col("hashes") < pl.col("trade_count")) & copies
    return sums.filter(pl.col("valid") & (repeated | (pl.col("trade_count") > room))).select(*CANDLE_KEY, "trade_count")


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
    ranked = [name for name in RANK if name in trades.columns]
    winners = suspects.sort(ranked, nulls_last=False).unique(subset=identity.columns, keep="last", maintain_order=False)
    return pl.concat([marked.filter(~pl.col("suspect")), winners]).drop("suspect")


def fold_in_limbs(trades: pl.DataFrame, identity: Identity) -> pl.DataFrame:
    """Sums of distinct trades, added up in two limbs; for the windows that are `doubtful`."""
    high, low = product_limbs(pl.col("price"), pl.col("quantity"))
    products = high.sum().alias("quote_volume_high"), low.sum().alias("quote_volume_low")
    limbs = trades.lazy().group_by(*CANDLE_KEY).agg(*limb_sums("quantity"), *products).collect()
    sums = fold(trades.lazy(), identity).collect().drop("volume", "quote_volume")
    whole = {"volume": from_limbs("quantity"), "quote_volume": from_limbs("quote_volume")}
    return sums.join(limbs, on=CANDLE_KEY, how="left").with_columns(**whole)


def _settled(folded: pl.DataFrame) -> pl.DataFrame:
    """The sums of valid trades, ready to be merged: the sums of one side are null where no trade has a side."""
    # Where a sum exceeds 38 digits, that of one side may, too.
    known = (pl.col("sided") > 0) & pl.all_horizontal(pl.col(m.name).is_not_null() for m in SUMS if m.may_overflow)
    shares = (pl.when(known).then(m.name).alias(m.name) for m in SUMS if m.side is not None)
    return folded.filter("valid").with_columns(shares).select(NO_SUMS.columns)


def rejections(trades: pl.LazyFrame) -> dict[str, int]:
    """Number of invalid trades by reason; computed in a separate pass, since there hardly ever are any."""
    reason: pl.Expr = pl.lit(None, dtype=pl.String)
    for name, applies in reversed(rejections_of(trades.collect_schema().names()).items()):
        reason = pl.when(pl.sql_expr(applies)).then(pl.lit(name)).otherwise(reason)
    counts = trades.filter(~pl.col("valid")).group_by(reason.alias("reason")).agg(pl.len())
    return dict(counts.sort("reason").collect(engine="streaming").iter_rows())


def _samples(trades: pl.LazyFrame, scale: Scale) -> pa.Table:
    """Some invalid trades, as examples for reports."""
    money = (pl.col(name).reinterpret(dtype=dtype) for name, dtype in _amount_types(scale).items())
    invalid = trades.filter(~pl.col("valid")).drop("valid", "window_start", "bought")
    inexact = [~pl.col(name) for name in NOT_EXACT if name in trades.collect_schema().names()]
    rows = invalid.bottom_k(MOST_EXAMPLES, by=[*inexact, "timestamp"]) if inexact else invalid.head(MOST_EXAMPLES)
    return rows.collect(engine="streaming").with_columns(money).to_arrow()
