"""What one contract is worth, where files count contracts and do not tell: said by the user, and never guessed."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from engines.errors import UsageError
from k2cli.trades.inspection import Table
from k2cli.trades.layouts import Layout
from k2cli.trades.layouts.sections import is_number
from k2cli.trades.reader import TradeFile

_OPTION = "--contract-size"


def contract_sizes(texts: Iterable[str]) -> dict[str, str]:
    """Sizes by symbol, of texts such as ``BTC-USDT-SWAP=0.01``.

    Raises:
        UsageError: One of them is no such text, or a symbol has two sizes.
    """
    found: dict[str, str] = {}
    for text in texts:
        symbol, _, size = text.rpartition("=")
        if not symbol or not is_number(size):
            raise UsageError(
                f"{_OPTION} {text} is not a symbol and a size above 0", hint=f"for example {_OPTION} BTC-USDT-SWAP=0.01"
            )
        size = f"{Decimal(size).normalize():f}"
        if found.setdefault(symbol, size) != size:
            raise UsageError(f"{_OPTION} gives {symbol} two sizes: {found[symbol]} and {size}")
    return found


def with_contract_sizes(layouts: Iterable[Layout], sizes: Mapping[str, str]) -> tuple[Layout, ...]:
    """The layouts, which know the sizes beside those that they have."""
    return tuple(layout.with_contract_sizes(sizes) if sizes else layout for layout in layouts)


def size_in(file: TradeFile, exchange: str, symbol: str) -> str:
    """What a contract of a series is worth in a file, which does not tell it; empty if it does not count contracts."""
    for table in file.tables:
        terms = table.terms.layout.quantity
        if symbol in terms.contract_sizes and not table.in_coins and terms.counts_contracts(exchange, symbol):
            return terms.contract_sizes[symbol]
    return ""


def refuse_unused(sizes: Mapping[str, str], files: Iterable[TradeFile]) -> None:
    """Refuse sizes of symbols whose contracts no file may count: its quantities would stay as they are.

    Raises:
        UsageError: There is one.
    """
    tables = [table for file in files for table in file.tables]
    for symbol in sizes:
        if not any(_may_count(table, symbol) for table in tables):
            raise UsageError(
                f"{_OPTION} {symbol}: no file counts contracts of it", hint="is the symbol spelled as in the file?"
            )


def _may_count(table: Table, symbol: str) -> bool:
    found = table.detected
    if table.in_coins or found.symbol not in {None, symbol}:
        return False
    return found.exchange is None or table.terms.layout.quantity.counts_contracts(found.exchange, symbol)
