"""JSON documents as a stream of events: any size in bounded memory, numbers never as floats."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import DecimalException
from io import BytesIO
from typing import Any, Protocol

import ijson

from k2cli.trades.errors import FileUnreadable, NotTrades, TradeFileError
from k2cli.trades.formats.content import BOM

_CHUNK = 1 << 16
_VALUE_LIMIT = 1 << 20
"""Bytes a value may have, as a line of text."""

_DEPTH_LIMIT = 500
_ENDLESS_NUMBER = re.compile(rb"[0-9]{1000}")
_TAIL = 999

STARTS = frozenset({"start_map", "start_array"})
ENDS = frozenset({"end_map", "end_array"})


class Bytes(Protocol):
    """Where the text comes from."""

    def read(self, size: int, /) -> bytes:
        """The next bytes; none at the end."""


@dataclass(slots=True)
class _Guarded:
    """A text that is read only as long as events come out of it: a string without an end would be kept whole."""

    text: Bytes
    name: str
    silent: int = 0
    begun: bool = False
    tail: bytes = b""

    def read(self, size: int) -> bytes:
        if size == 0:  # asked once to tell bytes from text
            return b""
        if self.silent > _VALUE_LIMIT:
            raise NotTrades(f"{self.name}: a value of more than {_VALUE_LIMIT} bytes: there are no trades in this")
        data = self.text.read(size)
        self.silent += len(data)
        # Python refuses such a number, and the parser does not see that it does.
        if _ENDLESS_NUMBER.search(self.tail + data):
            raise NotTrades(f"{self.name} has a number in it that none can be: of more than {_TAIL} digits")
        self.tail = data[-_TAIL:]
        if not self.begun:
            self.begun = True
            return data.removeprefix(BOM) or (data and self.text.read(size))
        return data


def events(text: Bytes, name: str) -> Iterator[tuple[str, Any]]:
    """What `ijson` calls the basic events of one or several documents.

    Args:
        text: The bytes.
        name: The file, for messages.

    Raises:
        FileUnreadable: The text ends in the middle of a document.
        NotTrades: It is no JSON, or such as no trades are in: nested too deep, with endless values.
    """
    guarded = _Guarded(text, name)
    depth = 0
    try:
        for event, value in ijson.basic_parse(guarded, multiple_values=True, buf_size=_CHUNK):
            guarded.silent = 0
            if event in STARTS:
                depth += 1
                if depth > _DEPTH_LIMIT:
                    raise NotTrades(f"{name}: values lie in one another more than {_DEPTH_LIMIT} deep: no trades do")
            elif event in ENDS:
                depth -= 1
            yield event, value
    except TradeFileError:
        raise
    except ijson.IncompleteJSONError as error:
        raise _broken(name, str(error)) from error
    # An exponent that is beyond decimals.
    except (ijson.JSONError, ValueError, DecimalException, OverflowError, SystemError) as error:
        raise NotTrades(f"{name} has a number in it that none can be: {error}") from error


def _broken(name: str, fault: str) -> TradeFileError:
    """The parser's message is three lines: what, where, and a mark below it."""
    if "premature EOF" in fault:
        return FileUnreadable(f"{name} is truncated: it ends in the middle", hint="download it again")
    what, _, where = fault.removeprefix("b'").partition("\n")
    near = f", near {' '.join(where.split('(right here)')[0].split())[:100]}" if where else ""
    return NotTrades(f"{name} is no JSON: {what}{near}", hint="JSON has no NaN, no comments and no commas at the end")


def documents_of(start: bytes, name: str, *, whole: bool) -> tuple[Any, ...]:
    """The documents at the start of a text, the last of which need not end there.

    Args:
        start: The first bytes.
        name: The file, for messages.
        whole: Whether this is all of the text.

    Raises:
        TradeFileError: As `events`.
    """
    documents: list[Any] = []
    stack: list[Any] = [documents]
    keys: list[str] = []
    try:
        for event, value in events(BytesIO(start), name):
            if event == "map_key":
                keys.append(value)
            elif event in ENDS:
                stack.pop()
            else:
                made: Any = {} if event == "start_map" else [] if event == "start_array" else value
                if isinstance(stack[-1], dict):
                    stack[-1][keys.pop()] = made
                else:
                    stack[-1].append(made)
                if event in STARTS:
                    stack.append(made)
    except FileUnreadable:
        if whole or not documents:
            raise
    return tuple(documents)
