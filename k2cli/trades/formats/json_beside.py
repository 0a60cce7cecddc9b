"""What JSON documents tell outside of their rows: all of a file is looked at, for a later document may tell another."""

from collections.abc import Iterator
from itertools import islice

from k2cli.trades.files import Member
from k2cli.trades.formats.json_events import ENDS, STARTS, events
from k2cli.trades.formats.json_values import text_of
from k2cli.trades.layouts.paths import EACH, told_by_path

_TWO = 2
"""Things that are told apart: what is found beyond makes no difference."""


def texts_at(member: Member, pattern: str, most: int = _TWO) -> tuple[str, ...]:
    """The texts at a path in all documents of a file, each once.

    Args:
        member: The file.
        pattern: Keys between dots.
        most: With so many of them the file is read no further.

    Raises:
        TradeFileError: It is no JSON.
    """
    found = (value for path, event, value in _values(member) if event not in STARTS and ".".join(path) == pattern)
    return tuple(islice(_distinct(text for text in map(text_of, found) if text is not None), most))


def lists_at(member: Member, pattern: str) -> tuple[str, ...]:
    """The paths to lists that have something in them and fit a layout's pattern: none, one, or two.

    Raises:
        TradeFileError: It is no JSON.
    """
    lists = (path[:-1] for path, _, _ in _values(member) if path and path[-1] == EACH)
    return tuple(islice(_distinct(".".join(path) for path in lists if told_by_path(pattern, path) is not None), _TWO))


def _values(member: Member) -> Iterator[tuple[tuple[str, ...], str, object]]:
    """All values, the keys that lead to each, and the events that begin them."""
    path: tuple[str, ...] = ()  # to the innermost container, and the key of the value in it
    with member.open() as stream:
        for event, value in events(stream, member.name):
            if event == "map_key":
                path = (*path[:-1], value)
                continue
            if event in ENDS:
                path = path[:-1]
                continue
            yield path, event, value
            if event in STARTS:
                path = (*path, EACH if event == "start_array" else "")


def _distinct(texts: Iterator[str]) -> Iterator[str]:
    seen: set[str] = set()
    for text in texts:
        if text not in seen:
            seen.add(text)
            yield text
