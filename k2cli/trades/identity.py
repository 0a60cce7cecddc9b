"""Identity of a trade: its message id, and its order among the trades of one time."""

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from k2cli.trades.twins import Twins

_NUMERIC = r"^[0-9]{1,19}$"
_WRITTEN_AS_FLOAT = r"^([0-9]+)\.0*$"
_NO_ID = ("", "none", "nan", "null", "nat")
_ZERO = "0"
_SERIES = ("exchange", "symbol")
_SAID = ("timestamp", "price", "quantity", "side")
"""What a row says of a trade, and what is in the id of one that has none."""


@dataclass(frozen=True, slots=True)
class Identity:
    """How the trades of one file are told apart and put in order.

    Attributes:
        zero_is_id: Whether the id ``0`` is one; where all rows have it, it stands for "none".
        aggregates: Whether an id is that of several trades at one price.
        aggregate_exchanges: The exchanges of which this holds, if not of all; where the file has a column `first_id`,
            only of rows that have one.
        last_line: The number of the last line, asked only for a file that runs newest first; None: oldest first.
    """

    zero_is_id: bool = True
    aggregates: bool = False
    aggregate_exchanges: tuple[str, ...] = ()
    last_line: Callable[[], int] | None = None

    def ids(self, texts: pl.Series) -> pl.Series:
        """Trade ids as the exchange numbers them; null where the text is none: ``123.0`` is 123, ``nan`` is no id."""
        if texts.str.contains(_NUMERIC).all() and (self.zero_is_id or not (texts == _ZERO).any()):
            return texts
        plain = texts.str.replace(_WRITTEN_AS_FLOAT, "${1}")
        known = ~plain.str.to_lowercase().is_in(_NO_ID)
        return plain.set(~(known if self.zero_is_id else known & (plain != _ZERO)), None)

    def identified(self, frame: pl.DataFrame, twins: Twins) -> pl.DataFrame:
        """Add `message_id`, `source_sequence`, and whether a row is an `aggregate`.

        The message id is ``exchange:symbol:trade_id``, with ``agg:`` before the id of an aggregate. Without a trade id
        it is made of what the row says, and of a number that tells equal rows apart:
        ``exchange:symbol:row:timestamp:price:quantity:side:number``, with price and quantity as unscaled integers. So
        the same trade has the same id in a longer file, on another page, under another file name. The sequence is the
        trade id where that is a number, else the place in the file, counted from its older end.

        Args:
            frame: `exchange`, `symbol`, `trade_id`, `side` (strings, the last two may be null), `timestamp`, `price`,
                `quantity` (integers), `line` (Int64); `sequence` (string) where the order of trades is not that of
                their ids, and `first_id` (string) where the file tells the ids in aggregates.
            twins: Counts equal rows without an id; those of the file so far have been counted.
        """
        place = pl.col("line") if self.last_line is None else self.last_line() + 1 - pl.col("line")
        number = pl.col("sequence" if "sequence" in frame.columns else "trade_id").cast(pl.Int64, strict=False)
        number = pl.when(number >= 0).then(number)
        return frame.with_columns(
            self._message_id(frame, twins).alias("message_id"),
            pl.coalesce(number, place).alias("source_sequence"),
            aggregate=self._is_aggregate(frame) & pl.col("trade_id").is_not_null(),
        )

    def _is_aggregate(self, frame: pl.DataFrame) -> pl.Expr:
        if self.aggregates or not self.aggregate_exchanges:
            return pl.repeat(self.aggregates, frame.height, dtype=pl.Boolean)
        of_aggregates = pl.col("exchange").is_in(self.aggregate_exchanges)
        return of_aggregates & pl.col("first_id").is_not_null() if "first_id" in frame.columns else of_aggregates

    def _message_id(self, frame: pl.DataFrame, twins: Twins) -> pl.Expr:
        known = pl.concat_str(*_SERIES, "trade_id", separator=":")
        if self.aggregates or self.aggregate_exchanges:
            aggregate = pl.concat_str(*_SERIES, pl.lit("agg"), "trade_id", separator=":")
            known = pl.when(self._is_aggregate(frame)).then(aggregate).otherwise(known)
        without = frame["trade_id"].is_null()
        if not without.any():
            return known
        numbers = twins.numbers(frame.filter(without).select(*_SERIES, *_SAID))
        if len(numbers) == len(without):
            return _made_of_the_row(pl.lit(numbers))
        places = pl.zeros(len(without), pl.Int64, eager=True).scatter(without.arg_true(), numbers)
        return pl.when(pl.lit(without)).then(_made_of_the_row(pl.lit(places))).otherwise(known)


def _made_of_the_row(number: pl.Expr) -> pl.Expr:
    *amounts, side = _SAID
    return pl.concat_str(*_SERIES, pl.lit("row"), *amounts, pl.col(side).fill_null(""), number, separator=":")


def zero_is_id(sample: pl.Series) -> bool:
    """Whether the id ``0`` is one, told from the first ids of a file: there it stands once, and among others."""
    zeros = (sample.str.replace(_WRITTEN_AS_FLOAT, "${1}") == _ZERO).sum()
    others = (~sample.str.to_lowercase().is_in([*_NO_ID, "0", "0.0"])).any()
    return zeros == 0 or (zeros == 1 and bool(others))
