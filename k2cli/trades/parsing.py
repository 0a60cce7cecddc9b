"""Rows of text turned into rows of the trades table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl
import pyarrow as pa

from engines.domain.decimals import Decimals
from k2cli.trades import sides
from k2cli.trades.coins import Coins
from k2cli.trades.decimals import amounts, whole_numbers_shifted
from k2cli.trades.identity import Identity
from k2cli.trades.layouts import Layout
from k2cli.trades.rejects import Parsed, Reject, filled, first_faults
from k2cli.trades.rows import TextRows
from k2cli.trades.schema import Digits, trades_table
from k2cli.trades.timestamps import Unit, micros
from k2cli.trades.twins import Twins


@dataclass(frozen=True, slots=True)
class Terms:
    """Facts about a file that its rows do not contain.

    Attributes:
        file: The file, for rejects.
        exchange: The exchange where a row names none; None: then it is rejected.
        symbol: The symbol, likewise.
        price_shift: Places by which the decimal point of each price moves to the right.
        quantity_shift: The same for quantities.
        units: The units a time may be in.
        now: The time of the import, microseconds since the epoch.
        layout: How the file is laid out.
        in_coins: Whether each quantity is a number of coins.
        signed: Whether a negative quantity was sold, and a positive one bought; None: a quantity has no sign.
        identity: How trades are told apart, and in which direction the file runs.
    """

    file: str
    exchange: str | None
    symbol: str | None
    price_shift: int
    quantity_shift: int
    units: Sequence[Unit]
    now: int
    layout: Layout
    in_coins: bool
    signed: bool | None
    identity: Identity


@dataclass(frozen=True, slots=True)
class SeriesPart:
    """The trades of one series in a run of rows.

    Attributes:
        exchange: The exchange.
        symbol: The symbol.
        first: Time of the earliest trade, microseconds since the epoch.
        last: Time of the latest one.
        identified: Number of trades with an id.
        aggregates: Number of those that stand for several trades each.
        trades: Number of trades.
    """

    exchange: str
    symbol: str
    first: int
    last: int
    identified: int
    aggregates: int
    trades: int


@dataclass(frozen=True, slots=True)
class Trades:
    """Rows that were parsed.

    Attributes:
        table: The trades, with the columns of the trades table.
        rejects: The rows that are none, in the order of their lines.
        sides_unknown: Number of trades whose side the file should tell, and does not.
        series: The series that the trades belong to.
        needs: The decimals that hold the prices, and the quantities, that do not fit the table, if there are any.
        rounded: Number of trades whose quantity was divided by the price and rounded.
    """

    table: pa.Table
    rejects: tuple[Reject, ...]
    sides_unknown: int
    series: tuple[SeriesPart, ...]
    needs: Mapping[str, Decimals]
    rounded: int


@dataclass(slots=True)
class Parser:
    """Parses the rows of one file, in its order.

    Attributes:
        terms: What holds for the file.
        digits: The numbers that the trades table holds.
        twins: Counts equal rows without an id through the whole file.
    """

    terms: Terms
    digits: Digits
    twins: Twins = field(init=False)

    def __post_init__(self) -> None:
        self.twins = Twins(self.terms.file)

    def trades(self, rows: TextRows, first: int) -> Trades:
        """Parse the next rows; `first` is the platform sequence of the first trade."""
        columns = self._columns(rows.frame)
        faults = first_faults(columns.values())
        frame = pl.DataFrame({name: column.values for name, column in columns.items()}).with_columns(line=rows.lines)
        rejects = list(rows.rejects)
        if faults:
            spoilt = pl.Series(list(faults), dtype=pl.Int64)
            rejects += self._rejects(rows, spoilt, faults)
            frame = frame.filter(~pl.int_range(frame.height, eager=True).is_in(spoilt.implode()))
        told = not {"side", "maker"}.isdisjoint(rows.frame.columns)
        members = [name for name in ("first_id", "last_id") if name in frame.columns]
        frame = self.terms.identity.identified(frame, self.twins).with_columns(
            pl.when("aggregate").then(pl.col(members)),
            ingestion_timestamp=pl.lit(self.terms.now, pl.Int64),
            platform_sequence=pl.int_range(first, first + pl.len()),
        )
        return Trades(
            table=trades_table(frame, self.digits),
            rejects=tuple(sorted(rejects, key=lambda reject: reject.line)),
            sides_unknown=frame["side"].null_count() if told else 0,
            series=_series(frame, one={"exchange", "symbol"}.isdisjoint(rows.frame.columns)),
            needs={name: column.needs for name, column in columns.items() if column.needs is not None},
            rounded=columns["quantity"].rounded,
        )

    def _rejects(self, rows: TextRows, spoilt: pl.Series, faults: dict[int, str]) -> list[Reject]:
        lines = rows.lines.gather(spoilt).to_list()
        return [
            Reject(self.terms.file, line, reason, rows.text(line))
            for line, reason in zip(lines, faults.values(), strict=True)
        ]

    def _columns(self, frame: pl.DataFrame) -> dict[str, Parsed]:
        """The columns of trades, in the order in which their faults are reported."""
        terms, digits = self.terms, self.digits
        nothing = pl.repeat(None, frame.height, dtype=pl.String, eager=True)
        trade_id = terms.identity.ids(frame["trade_id"]) if "trade_id" in frame.columns else nothing
        quantity = frame["quantity"]
        if "maker" in frame.columns:
            side = sides.opposite_of_buyer_maker(frame["maker"])
        elif "side" in frame.columns:
            side = sides.taker(frame["side"], terms.layout.side.buy, terms.layout.side.sell)
        elif terms.signed is None:
            side = nothing
        else:
            side, quantity = sides.of_sign(quantity, signed=terms.signed), quantity.str.strip_prefix("-")
        series = {
            "exchange": _named(frame, "exchange", terms.exchange, terms.layout.exchange_names),
            "symbol": _named(frame, "symbol", terms.symbol, {}),
        }
        price = amounts(self._prices(frame["price"]), "price", digits.price, terms.price_shift)
        return {
            "timestamp": micros(frame["timestamp"], terms.units),
            "price": price,
            "quantity": self._quantities(quantity, price, **series),
            "side": Parsed(side, {}),
            "trade_id": Parsed(trade_id, {}),
            **series,
            **{name: Parsed(frame[name], {}) for name in _AS_THEY_ARE if name in frame.columns},
        }

    def _quantities(self, texts: pl.Series, price: Parsed, exchange: Parsed, symbol: Parsed) -> Parsed:
        terms, digits = self.terms, self.digits
        if terms.in_coins:
            return amounts(texts, "quantity", digits.quantity, terms.quantity_shift)
        coins = Coins(terms.layout, digits, terms.quantity_shift)
        return coins.of(texts, price.values, exchange.values, symbol.values)

    def _prices(self, texts: pl.Series) -> pl.Series:
        shift = self.terms.layout.price.whole_shift
        return whole_numbers_shifted(texts, shift) if shift else texts


_AS_THEY_ARE = ("first_id", "last_id", "sequence")


def _named(frame: pl.DataFrame, column: str, name: str | None, names: Mapping[str, str]) -> Parsed:
    if column not in frame.columns:
        return Parsed(pl.repeat(name, frame.height, dtype=pl.String, eager=True), {})
    named = frame[column] if name is None else frame[column].replace("", None).fill_null(name)
    return filled(named.replace(names) if names else named, column)


_KINDS = pl.col("trade_id").count(), pl.col("aggregate").sum(), pl.len().alias("trades")


def _series(frame: pl.DataFrame, *, one: bool) -> tuple[SeriesPart, ...]:
    """The series in a frame; there is no more than one where the rows do not name them."""
    time = pl.col("timestamp")
    measures = time.min().alias("first"), time.max().alias("last"), *_KINDS
    names = pl.col("exchange", "symbol")
    found = frame.select(names.first(), *measures) if one else frame.group_by(names).agg(*measures)
    return tuple(SeriesPart(*row) for row in found.iter_rows() if row[-1])
