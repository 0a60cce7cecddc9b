"""Whose trades a file holds, as its name, its place, or the path to its rows tells."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from k2cli.trades.errors import LayoutMismatch
from k2cli.trades.files import Member
from k2cli.trades.layouts import Layout
from k2cli.trades.layouts.grammar import heading

_SEPARATORS = re.compile(r"[^0-9a-z]+")


@dataclass(frozen=True, slots=True)
class Series:
    """Whose trades the rows are that do not say it themselves.

    Attributes:
        exchange: The exchange; None: it is not known.
        symbol: The symbol, likewise.
    """

    exchange: str | None
    symbol: str | None


def series_of(member: Member, layout: Layout, given: Series, within: Mapping[str, str]) -> Series:
    """The exchange and the symbol of a file: the given ones, else those in its name or inside it.

    Args:
        member: The file, or the member of an archive, whose names both count.
        layout: The layout, which says how files are named.
        given: What was given; the symbol may be spelled with other separators than in the name.
        within: What the path to the rows tells.

    Raises:
        LayoutMismatch: If the names and the given symbol do not agree.
    """
    told = _told(member, layout)
    symbols = {name: layout.symbol.format(**groups) for name, groups in told.items() if _tells(layout, groups)}
    exchanges = [groups["exchange"] for groups in told.values() if groups.get("exchange")]
    if "symbol" in within:
        symbols["in the file"] = within["symbol"]
    if "exchange" in within:
        exchanges.append(within["exchange"])
    for key, value in member.keys.items():
        if layout.ours.get(heading(key), key) == "symbol":
            symbols[f"the folder {key}={value}"] = value
        elif layout.ours.get(heading(key), key) == "exchange":
            exchanges.append(value)
    _agree(member, symbols, given.symbol)
    exchange = layout.exchange_names.get(exchanges[0], exchanges[0]) if exchanges else layout.exchange
    return Series(given.exchange or exchange, given.symbol or next(iter(symbols.values()), None))


def fits_name(member: Member, layout: Layout) -> bool:
    """Whether the file, or the member of an archive, is named as files of the layout are."""
    return bool(_told(member, layout))


def _agree(member: Member, symbols: Mapping[str, str], given: str | None) -> None:
    for name, symbol in symbols.items():
        if given is not None and _spelled(symbol) != _spelled(given):
            raise LayoutMismatch(
                f"{member.name}: the name {name} says {symbol}, and --symbol says {given}",
                hint="leave --symbol out: each file is read under the symbol in its name",
            )
    if len({_spelled(symbol) for symbol in symbols.values()}) > 1:
        said = " and ".join(f"{name} says {symbol}" for name, symbol in symbols.items())
        raise LayoutMismatch(f"{member.name}: {said}", hint="unpack the archive, and import its members")


def _tells(layout: Layout, groups: Mapping[str, str | None]) -> bool:
    return all(groups.get(name) for name in layout.symbol_groups)


def _told(member: Member, layout: Layout) -> dict[str, dict[str, str]]:
    """What the names of a member and of its file tell, by name."""
    if layout.file_name is None:
        return {}
    names = [member.path.name] if member.inside is None else [_base(member.inside), member.path.name]
    return {name: found.groupdict() for name in names if (found := re.match(layout.file_name, name))}


def _base(path: str) -> str:
    return PurePosixPath(path.replace("\\", "/")).name


def _spelled(symbol: str) -> str:
    return _SEPARATORS.sub("", symbol.lower())
