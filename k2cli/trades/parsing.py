"""Rows of text turned into rows of the trades table."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
import pyarrow as pa

from k2cli.trades import sides
from k2cli.trades.decimals import amounts
from k2cli.trades.identity import Identity
from k2cli.trades.rejects import Parsed, Reject, filled, first_faults
from k2cli.trades.rows import TextRows
from k2cli.trades.schema import trades_table
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
        identity: How trades are told apart, and in which direction the file runs.
    """

    file: str
    exchange: str | None
    symbol: str | None
    price_shift: int
    quantity_shift: int
    units: Sequence[Unit]
    now: int
    identity: Identity


def trades_of(rows: TextRows, terms: Terms, first: int, twins: Twins) -> tuple[pa.Table, tuple[Reject, ...]]:
    """Parse rows of text into trades.

    Args:
        rows: Rows of a file.
        terms: What holds for the file.
        first: The platform sequence of the first trade.
        twins: Counts equal rows without an id through the whole file.

    Returns:
        The trades with `TRADES_SCHEMA`, and the rejects in the order of their lines (blank lines are neither).
    """
    columns = _columns(rows.frame, terms)
    faults = first_faults(columns.values())
    frame = pl.DataFrame({name: column.values for name, column in columns.items()}).with_columns(line=rows.lines)
    rejects = list(rows.rejects)
    if faults:
        spoilt = pl.Series(list(faults), dtype=pl.Int64)
        lines = rows.lines.gather(spoilt).to_list()
        for line, reason in zip(lines, faults.values(), strict=True):
            text = rows.text(line)
            if text.strip():
                rejects.append(Reject(terms.file, line, reason, text))
        frame = frame.filter(~pl.int_range(frame.height, eager=True).is_in(spoilt.implode()))
    frame = terms.identity.identified(frame, twins).with_columns(
        ingestion_timestamp=pl.lit(terms.now, pl.Int64),
        platform_sequence=pl.int_range(first, first + pl.len()),
    )
    return trades_table(frame), tuple(sorted(rejects, key=lambda reject: reject.line))


def _columns(frame: pl.DataFrame, terms: Terms) -> dict[str, Parsed]:
    """The columns of trades, in the order in which their faults are reported."""
    nothing = pl.repeat(None, frame.height, dtype=pl.String, eager=True)
    trade_id = terms.identity.ids(frame["trade_id"]) if "trade_id" in frame.columns else nothing
    if "maker" in frame.columns:
        side = sides.opposite_of_buyer_maker(frame["maker"])
    else:
        side = sides.taker(frame["side"]) if "side" in frame.columns else Parsed(nothing, {})
    return {
        "timestamp": micros(frame["timestamp"], terms.units),
        "price": amounts(frame["price"], "price", terms.price_shift),
        "quantity": amounts(frame["quantity"], "quantity", terms.quantity_shift),
        "side": side,
        "trade_id": Parsed(trade_id, {}),
        "exchange": _named(frame, "exchange", terms.exchange),
        "symbol": _named(frame, "symbol", terms.symbol),
    }


def _named(frame: pl.DataFrame, column: str, name: str | None) -> Parsed:
    if column not in frame.columns:
        return Parsed(pl.repeat(name, frame.height, dtype=pl.String, eager=True), {})
    named = frame[column] if name is None else frame[column].replace("", None).fill_null(name)
    return filled(named, column)
