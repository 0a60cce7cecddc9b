"""Whose trades a file holds, as its name tells."""

import re
from pathlib import PurePosixPath

from k2cli.trades.files import Member
from k2cli.trades.errors import LayoutMismatch
from k2cli.trades.layouts import Layout

_SEPARATORS = re.compile(r"[^0-9a-z]+")


def symbol_of(member: Member, layout: Layout, given: str | None) -> str | None:
    """The symbol of a file without a column of symbols: the given one, else that in its name.

    Args:
        member: The file, or the member of an archive, whose names both count.
        layout: The layout, which says how files are named.
        given: The symbol that was given; it may be spelled with other separators than the name.

    Raises:
        LayoutMismatch: If the names and the given symbol do not agree.
    """
    told = _told(member, layout)
    names = list(told)
    for name, symbol in told.items():
        if given is not None and _spelled(symbol) != _spelled(given):
            raise LayoutMismatch(
                f"{member.name}: the name {name} says {symbol}, and --symbol says {given}",
                hint="leave --symbol out: each file is read under the symbol in its name",
            )
    if len({_spelled(symbol) for symbol in told.values()}) > 1:
        raise LayoutMismatch(
            f"{member.name}: the file's name says {told[names[-1]]}, and the member's {told[names[0]]}",
            hint="unpack the archive, and import its members",
        )
    return given or next(iter(told.values()), None)


def fits_name(member: Member, layout: Layout) -> bool:
    """Whether the file, or the member of an archive, is named as files of the layout are."""
    return bool(_told(member, layout))


def _told(member: Member, layout: Layout) -> dict[str, str]:
    """The symbols in the names of a member and of its file, by name."""
    if layout.file_name is None:
        return {}
    names = [member.path.name] if member.inside is None else [_base(member.inside.filename), member.path.name]
    return {name: found["symbol"] for name in names if (found := re.match(layout.file_name, name))}


def _base(path: str) -> str:
    return PurePosixPath(path.replace("\\", "/")).name


def _spelled(symbol: str) -> str:
    return _SEPARATORS.sub("", symbol.lower())
