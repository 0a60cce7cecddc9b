"""Rows of a JSON document: the elements of the lists at a path."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from k2cli.trades.files import Member
from k2cli.trades.formats.content import SAMPLE_ROWS, height_of
from k2cli.trades.formats.json_events import ENDS, STARTS, events
from k2cli.trades.formats.json_values import DUPLICATE_KEYS, NESTED_VALUE, NOT_A_ROW, text_of
from k2cli.trades.formats.shown import Shown
from k2cli.trades.layouts import Head, Placement
from k2cli.trades.layouts.paths import EACH
from k2cli.trades.rejects import WRONG_NUMBER_OF_FIELDS, Reject
from k2cli.trades.rows import TextRows, no_rows


@dataclass(frozen=True, slots=True)
class DocumentRows:
    """The rows of a JSON document.

    Attributes:
        member: Where it lies.
        head: Where its rows begin.
        placement: Which field is which.
        sample: The first rows.
    """

    member: Member
    head: Head
    placement: Placement
    sample: TextRows

    def rows(self, size: int) -> Iterator[TextRows]:
        """All rows, in runs of about `size` bytes of text."""
        return _rows(self.member, self.head, self.placement, height_of(size))

    def last_line(self) -> int:
        """The number of the last row."""
        with self.member.open() as stream:
            return sum(1 for _ in _elements(events(stream, self.member.name), self.head, {}))


def document_rows(member: Member, head: Head, placement: Placement) -> DocumentRows:
    """The rows that begin at a head."""
    sample = next(_rows(member, head, placement, SAMPLE_ROWS), no_rows(placement.needed))
    return DocumentRows(member, head, placement, sample)


@dataclass(slots=True)
class _Row:
    """An element of a list of rows.

    Attributes:
        values: Texts by the place of their column.
        width: Number of fields, in a list.
        fault: Why it is no row; empty if it is one.
        shown: The element, where it is neither an object nor a list.
    """

    values: dict[int, str | None] = field(default_factory=dict)
    width: int = 0
    fault: str = ""
    shown: str = ""

    def take(self, index: int, event: str, value: object) -> None:
        """Take the value of a column."""
        if event in STARTS:
            self.fault = NESTED_VALUE
        elif index in self.values:
            self.fault = DUPLICATE_KEYS
        self.values[index] = text_of(value)


def _rows(member: Member, head: Head, placement: Placement, height: int) -> Iterator[TextRows]:
    places = {index: column for index, column in enumerate(placement.columns) if column}
    keys = {head.names[index] if head.names else str(index): index for index in places}
    with member.open() as stream:
        run = _Run(member, placement, places, 1)
        for row in _elements(events(stream, member.name), head, keys):
            run.add(row)
            if run.height == height:
                yield run.rows(stream.position)
                run = _Run(member, placement, places, run.first + height)
        if run.height:
            yield run.rows(stream.position)


@dataclass(slots=True)
class _Run:
    """Rows that are gathered."""

    member: Member
    placement: Placement
    places: dict[int, str]
    first: int
    height: int = 0
    good: list[_Row] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)

    def add(self, row: _Row) -> None:
        line = self.first + self.height
        self.height += 1
        if row.fault:
            shown = row.shown or ",".join(row.values.get(index) or "" for index in self.places)
            self.rejects.append(Reject(self.member.name, line, row.fault, shown))
        else:
            self.good.append(row)
            self.lines.append(line)

    def rows(self, bytes_read: int) -> TextRows:
        columns = {
            name: pl.Series([row.values.get(index) for row in self.good], dtype=pl.String)
            for index, name in self.places.items()
        }
        frame = pl.DataFrame(columns).with_columns(pl.all().str.strip_chars())
        lines = pl.Series(self.lines, dtype=pl.Int64)
        return TextRows(frame, lines, Shown(frame, lines), tuple(self.rejects), bytes_read)


def _elements(parsed: Iterator[tuple[str, Any]], head: Head, keys: dict[str, int]) -> Iterator[_Row]:
    """The elements of all lists at the path of a head; `keys` are the wanted ones, in lists the indices."""
    path: list[str] = []  # to the innermost container
    kinds: list[str] = []
    wanted = [*head.path]
    key = ""
    for event, value in parsed:
        if event == "map_key":
            key = value
            continue
        if event in ENDS:
            kinds.pop()
            path = path[:-1]
            continue
        in_list = bool(kinds) and kinds[-1] == "start_array"
        if in_list and path[1:] == wanted:
            yield _row(event, value, parsed, head, keys)
        elif event in STARTS:
            path = [*path, (EACH if in_list else key) if kinds else ""]
            kinds.append(event)


def _row(event: str, value: object, parsed: Iterator[tuple[str, Any]], head: Head, keys: dict[str, int]) -> _Row:
    if event == "start_map":
        row = _object(parsed, keys)
        if not head.names:
            row.fault = NOT_A_ROW
    elif event == "start_array":
        row = _list(parsed, keys)
        if head.names:
            row.fault = NOT_A_ROW
        elif row.width != head.width:
            row.fault = WRONG_NUMBER_OF_FIELDS
    else:
        row = _Row(fault=NOT_A_ROW, shown=text_of(value) or "null")
    return row


def _object(parsed: Iterator[tuple[str, Any]], keys: dict[str, int]) -> _Row:
    """Read an object to its end; an object in it has names after its own and a dot."""
    row = _Row()
    around = {name.partition(".")[0]: False for name in keys if "." in name}
    name, prefix = "", ""
    depth = 1
    for event, value in parsed:
        if event == "map_key":
            name = f"{prefix}{value}" if depth > 1 else value
            if depth == 1 and name in around:
                row.fault = DUPLICATE_KEYS if around[name] else row.fault
                around[name] = True
        elif event in ENDS:
            depth -= 1
            if depth == 0:
                break
        else:
            index = keys.get(name) if depth == 1 or (depth == 2 and prefix) else None
            if index is not None:
                row.take(index, event, value)
            if event in STARTS:
                prefix = prefix if depth > 1 else f"{name}." if event == "start_map" else ""
                depth += 1
    return row


def _list(parsed: Iterator[tuple[str, Any]], keys: dict[str, int]) -> _Row:
    row = _Row()
    depth = 1
    for event, value in parsed:
        if event in ENDS:
            depth -= 1
            if depth == 0:
                break
            continue
        if depth == 1:
            index = keys.get(str(row.width))
            row.width += 1
            if index is not None:
                row.take(index, event, value)
        depth += event in STARTS
    return row
