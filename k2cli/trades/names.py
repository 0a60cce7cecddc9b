"""Whose trades a file holds, as its name tells, and whether they are counted in coins."""

import re
from pathlib import PurePosixPath

from k2cli.trades.archives import Member
from k2cli.trades.errors import LayoutMismatch
from k2cli.trades.layouts import SHAPES, Layout

_SEPARATORS = re.compile(r"[^0-9a-z]+")
_CONTRACTS = re.compile(r"_PERP$|USD_[0-9]+$")
"""Symbols of Binance's futures with coins as margin: quantities are contracts of 10 or 100 USD."""


def symbol_of(member: Member, layout: Layout, given: str | None) -> str | None:
    """The symbol of a file without a column of symbols: the given one, else that in its name.

    Args:
        member: The file, or the member of an archive, whose names both count.
        layout: The layout, which says how files are named.
        given: The symbol that was given; it may be spelled with other separators than the name.

    Raises:
        LayoutMismatch: If the names and the given symbol do not agree.
    """
    pattern = SHAPES[layout].file_name
    if pattern is None:
        return given
    names = [member.path.name] if member.inside is None else [_base(member.inside.filename), member.path.name]
    told = {name: found["symbol"] for name in names if (found := re.match(pattern, name))}
    for name, symbol in told.items():
        if given is not None and _spelled(symbol) != _spelled(given):
            raise LayoutMismatch(
                f"{member.name}: the name {name} says {symbol}, and --symbol says {given}",
                hint="leave --symbol out: each file is read under the symbol in its name",
            )
    if len({_spelled(symbol) for symbol in told.values()}) > 1:
        raise LayoutMismatch(
            f"{member.name}: the file's name says {told[names[1]]}, and the member's {told[names[0]]}",
            hint="unpack the archive, and import its members",
        )
    return given or next(iter(told.values()), None)


def counts_contracts(layout: Layout, symbol: str | None) -> bool:
    """Whether the quantities of a symbol are numbers of contracts, which are worth more or less of a coin each day."""
    return layout in (Layout.BINANCE_TRADES, Layout.BINANCE_AGGTRADES) and bool(_CONTRACTS.search(symbol or ""))


def _base(path: str) -> str:
    return PurePosixPath(path.replace("\\", "/")).name


def _spelled(symbol: str) -> str:
    return _SEPARATORS.sub("", symbol.lower())
