"""Trades from files: what exchanges publish, read exactly, in bounded memory, with a reason for each row left out."""

from k2cli.sources.errors import FileUnreadable, LayoutMismatch, NoTrades, NotTrades, TradeFileError
from k2cli.sources.inspection import Detected
from k2cli.sources.layouts import Layout
from k2cli.sources.reader import Chunk, TradeFile, read_trades
from k2cli.sources.rejects import Reject
from k2cli.sources.schema import TRADES_SCHEMA
from k2cli.sources.timestamps import Unit

__all__ = [
    "TRADES_SCHEMA",
    "Chunk",
    "Detected",
    "FileUnreadable",
    "Layout",
    "LayoutMismatch",
    "NoTrades",
    "NotTrades",
    "Reject",
    "TradeFile",
    "TradeFileError",
    "Unit",
    "read_trades",
]
