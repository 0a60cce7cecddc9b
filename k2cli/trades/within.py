"""Whose trades the rows of a JSON document are, as the path to them and a text beside them tell."""

import re

from k2cli.trades.errors import LayoutMismatch
from k2cli.trades.files import Member
from k2cli.trades.formats.json_beside import lists_at, texts_at
from k2cli.trades.layouts import Head, Layout
from k2cli.trades.layouts.paths import SYMBOL, told_by_path


def told_within(member: Member, layout: Layout, head: Head) -> dict[str, str]:
    """The symbol and the exchange, as far as a file tells them inside, outside of its rows.

    Raises:
        LayoutMismatch: It is another's, or has the rows of several series, of which one would be read.
    """
    if SYMBOL in layout.rows:
        _refuse_several(member, "rows lie at", lists_at(member, layout.rows))
    return (told_by_path(layout.rows, head.path) or {}) | _told_beside(member, layout)


def is_proved(member: Member, layout: Layout) -> bool:
    """Whether the text that proves a layout, if it needs one, is in a file, as the first one at its path."""
    beside = layout.beside
    if beside is None:
        return True
    return any(re.fullmatch(beside.text, text) for text in texts_at(member, beside.path, most=1))


def _told_beside(member: Member, layout: Layout) -> dict[str, str]:
    if layout.beside is None:
        return {}
    texts = texts_at(member, layout.beside.path)
    _refuse_several(member, f"{layout.beside.path} is", texts)
    if not texts:
        return {}
    told = re.fullmatch(layout.beside.text, texts[0])
    if told is None:
        raise LayoutMismatch(
            f"{member.name}: {layout.beside.path} is {texts[0][:100]}, and in no file of layout {layout.name} it is",
            hint="choose another --layout",
        )
    return {name: text for name, text in told.groupdict().items() if text is not None}


def _refuse_several(member: Member, what: str, found: tuple[str, ...]) -> None:
    if len(found) > 1:
        raise LayoutMismatch(
            f"{member.name}: {what} {' and '.join(found)}, and one series is read", hint="save each in a file"
        )
