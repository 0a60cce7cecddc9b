"""The start of a file of JSON: documents of any shape, or a row in each line."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from k2cli.trades.errors import LayoutMismatch
from k2cli.trades.files import Member
from k2cli.trades.formats.content import BOM, Format
from k2cli.trades.formats.json_document import DocumentRows, document_rows
from k2cli.trades.formats.json_events import documents_of
from k2cli.trades.formats.json_lines import LineRows, line_rows
from k2cli.trades.formats.json_values import head_of, heads_of, is_flat
from k2cli.trades.formats.text_blocks import TextBlock
from k2cli.trades.layouts import Head, Placement
from k2cli.trades.layouts.head import SHOWN

_START = 1 << 20
"""Bytes at the start that are looked at to find the rows."""

_SHOWN_ERROR = 200
_FINE = {"", "0", "00000", "200", "200000", "ok", "success"}
"""What answers of exchanges have as a code where nothing is wrong, in small letters."""

_CODES = {"error", "errors", "code", "retcode", "ret_code", "msg", "message", "retmsg", "ret_msg"}


@dataclass(frozen=True, slots=True)
class JsonContent:
    """The start of a file of JSON.

    Attributes:
        member: Where it lies.
        documents: What is at its start; the last one need not be whole.
        lines: Its first lines, if most of them are rows by themselves.
        format: Whether it has several lines, each a document.
    """

    member: Member
    documents: tuple[Any, ...] = field(repr=False)
    lines: TextBlock | None = field(repr=False)
    format: Format

    def heads(self) -> Iterable[Head]:
        """The lines, if they are rows, and all lists of objects or lists in the documents.

        Raises:
            LayoutMismatch: There is no list of rows, as in the answer of an exchange that refuses.
        """
        rows = None if self.lines is None else head_of(self.documents)
        heads = [*([] if rows is None else [rows]), *heads_of(self.documents)]
        if not heads:
            text = json.dumps(self.documents[0], ensure_ascii=False, default=str)
            shown = text if len(text) <= _SHOWN_ERROR else f"{text[:_SHOWN_ERROR]}..."
            raise LayoutMismatch(
                f"{self.member.name} has no list of trades in it: {shown}",
                hint="if this is the answer of an exchange, ask it again",
            )
        return heads

    def rows(self, head: Head, placement: Placement) -> DocumentRows | LineRows:
        """The rows that begin at a head."""
        if self.lines is not None and not head.path:
            return line_rows(self.member, head, placement, self.lines)
        return document_rows(self.member, head, placement)


def json_content(member: Member) -> JsonContent | None:
    """Look at the start of a file of JSON; None if there are no rows in it, and it says of no error.

    Raises:
        FileUnreadable: It ends before there is anything.
        NotTrades: It is no JSON.
    """
    with member.open() as stream:
        start = stream.read(_START).removeprefix(BOM)
    whole = len(start) < _START - len(BOM)
    block = _lines(member, start, whole=whole)
    first = [] if block is None else _decoded(block)
    if len(first) == 1 and isinstance(first[0], dict) and not heads_of(first):
        if whole and _is_empty(first[0]):
            return None
        if _says_error(first[0]):
            return JsonContent(member, tuple(first), None, "json")
    if block is not None and 2 * sum(map(is_flat, first)) > min(SHOWN, sum(1 for line in block.lines if line.strip())):
        several = len(first) > 1 or not heads_of(first)
        return JsonContent(member, tuple(first), block, "json-lines" if several else "json")
    documents = documents_of(start, member.name, whole=whole)
    if whole and not heads_of(documents) and all(map(_is_empty, documents)):
        return None
    return JsonContent(member, documents, None, "json")


def _lines(member: Member, start: bytes, *, whole: bool) -> TextBlock | None:
    """The first whole lines; None if there is none, or they are no text."""
    data = start if whole else start[: start.rfind(b"\n") + 1]
    if not data or b"\0" in data:
        return None
    try:
        data.decode()
    except UnicodeDecodeError:
        return None
    return TextBlock(member.name, data, 1)


def _decoded(block: TextBlock) -> list[Any]:
    """The first lines, as far as they are JSON."""
    decoded = []
    for line in islice((line for line in block.lines if line.strip()), SHOWN):
        try:
            decoded.append(json.loads(line, parse_float=str, parse_int=str, parse_constant=_refuse))
        except (ValueError, RecursionError):
            continue
    return decoded


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _is_empty(value: object) -> bool:
    """Whether there is an empty list where rows may be, and no word of an error."""
    if isinstance(value, list):
        return all(isinstance(element, list) and _is_empty(element) for element in value)
    return isinstance(value, dict) and not _says_error(value) and any(map(_is_empty, value.values()))


def _says_error(answer: dict[str, Any]) -> bool:
    told = (value for key, value in answer.items() if key.lower() in _CODES)
    return any(value and str(value).lower() not in _FINE for value in told)
