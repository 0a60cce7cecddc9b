"""Lines of JSON that differ in nothing but their values, as one program writes them: all are read by one pattern.

A pattern is stricter than JSON: no escapes in texts, the keys in one order, the blanks where they were. A line that it
matches is JSON with each key once, and its numbers are the digits of the line.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

Path = tuple[str | int, ...]
"""Keys, and places in lists, that lead to a value of a row."""

_TEXT = r'"(?:[^"\\]|\\.)*"'
_TOKEN = re.compile(
    rf"(?P<key>{_TEXT}(?=\s*:))|(?P<text>{_TEXT})|(?P<number>-?[0-9][0-9.eE+-]*)|(?P<word>true|false)"
    r"|(?P<open>[{\[])|(?P<close>[}\]])|(?P<comma>,)|(?P<other>null|:|\s+)"
)
_VALUES = {
    "text": ('"', r'[^"\\\x00-\x1f]*', '"'),
    "number": ("", r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?", ""),
    "word": ("", "true|false", ""),
}

_LONGEST = 4096
"""Characters of a line that is a model for others: those of trades have a few hundred."""

_MOST_SHAPES = 4
"""Shapes of lines in one file; more are read line by line."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What lines have in common.

    Attributes:
        pattern: A line of this shape, as a regular expression; its groups are values.
        columns: The columns of the groups.
    """

    pattern: str
    columns: tuple[str, ...]

    def rows(self, lines: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The lines of this shape as rows of texts, and the other lines; see `Shapes.rows` for the columns."""
        groups = lines.with_columns(group=pl.col("text").str.extract_groups(self.pattern))
        fits = groups["group"].struct[0].is_not_null()
        values = (pl.col("group").struct[place].alias(name) for place, name in enumerate(self.columns))
        return groups.filter(fits).select("line", *values), lines.filter(~fits)


@dataclass(slots=True)
class Shapes:
    """The shapes of the lines of one file, which are found as they come.

    Attributes:
        columns: Names of columns by the paths to their values.
        fits: Whether a line that was decoded has as many fields as it should.
    """

    columns: Mapping[Path, str]
    fits: Callable[[Any], bool]
    _known: list[Shape] = field(default_factory=list)

    def rows(self, lines: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Read the lines that have the shape of others.

        Args:
            lines: `text` (String), `line` (Int64: its number).

        Returns:
            `line` and the columns as texts, null where a line has none; and the lines that are to be read one by one.
        """
        schema = {"line": pl.Int64, **dict.fromkeys(self.columns.values(), pl.String)}
        found, useful, waiting = [pl.DataFrame(schema=schema)], [], list(self._known)
        for _ in range(_MOST_SHAPES):
            shape = waiting.pop(0) if waiting else self._learned(lines)
            if shape is None:
                break
            rows, lines = shape.rows(lines)
            if rows.height:
                useful.append(shape)
                found.append(rows)
        self._known = useful
        return pl.concat(found, how="diagonal").sort("line"), lines

    def _learned(self, lines: pl.DataFrame) -> Shape | None:
        """The shape of one of the lines: some may be broken."""
        for place in sorted({0, lines.height // 2, lines.height - 1}) if lines.height else ():
            if shape := shape_of(lines["text"][place], self.columns, self.fits):
                return shape
        return None


def shape_of(line: str, wanted: Mapping[Path, str], fits: Callable[[Any], bool]) -> Shape | None:
    """The shape of a line; None if no other can be read by it: it is no JSON, names a key twice, or nests a value.

    Args:
        line: The text.
        wanted: Names of columns by the paths to their values.
        fits: Whether the decoded line has as many fields as it should.
    """
    if len(line) > _LONGEST or not _is_row(line, fits):
        return None
    path: list[str | int] = []
    pattern, columns = [], []
    for token in _TOKEN.finditer(line):
        kind, text = str(token.lastgroup), token[0]
        column = wanted.get(tuple(path))
        if kind in _VALUES:
            before, value, after = _VALUES[kind]
            pattern.append(f"{before}({value}){after}" if column else f"{before}(?:{value}){after}")
            columns += [column] if column else []
        elif kind == "open" and column:
            return None
        else:
            pattern.append(pl.escape_regex(text))
            _follow(path, kind, text)
    return Shape(f"^{''.join(pattern)}$", tuple(columns)) if columns else None


def _follow(path: list[str | int], kind: str, text: str) -> None:
    """Go on to the value after a token of a line."""
    if kind == "open":
        path.append(0 if text == "[" else "")
    elif kind == "close":
        path.pop()
    elif kind == "key":
        path[-1] = json.loads(text)
    elif kind == "comma" and isinstance(path[-1], int):
        path[-1] += 1


def _is_row(line: str, fits: Callable[[Any], bool]) -> bool:
    """Whether a line is JSON that has no key twice and as many fields as it should."""
    try:
        row = json.loads(line, object_pairs_hook=_once, parse_int=str, parse_float=str, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return False
    return isinstance(row, (dict, list)) and fits(row)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is there twice")
    return found


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")
