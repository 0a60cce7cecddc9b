"""Trades from files: what exchanges publish, read exactly, in bounded memory, with a reason for each row left out."""

from k2cli.trades.errors import FileUnreadable, LayoutMismatch, LayoutUnknown, NoTrades, NotTrades, TradeFileError
from k2cli.trades.inspection import Detected
from k2cli.trades.layouts import Layout, layout_named, layouts, shipped
from k2cli.trades.parsing import SeriesPart
from k2cli.trades.reader import Chunk, TradeFile, read_trades
from k2cli.trades.rejects import Reject
from k2cli.trades.schema import TRADES_SCHEMA, Digits
from k2cli.trades.timestamps import Unit

__all__ = [
    "TRADES_SCHEMA",
    "Chunk",
    "Detected",
    "Digits",
    "FileUnreadable",
    "Layout",
    "LayoutMismatch",
    "LayoutUnknown",
    "NoTrades",
    "NotTrades",
    "Reject",
    "SeriesPart",
    "TradeFile",
    "TradeFileError",
    "Unit",
    "layout_named",
    "layouts",
    "read_trades",
    "shipped",
]
