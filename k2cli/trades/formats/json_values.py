"""Values of JSON as texts, and the rows they make."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from k2cli.trades.layouts import Head
from k2cli.trades.layouts.head import SHOWN
from k2cli.trades.layouts.paths import EACH

NOT_A_ROW = "not_a_row"
"""A value that is no object where rows are objects, or no list where they are lists."""

BROKEN_JSON = "broken_json"
DUPLICATE_KEYS = "duplicate_keys"
NESTED_VALUE = "nested_value"
"""An object or a list where a text or a number belongs."""

_PATHS = 50
"""Places where rows may lie, of which a document of trades has a few."""

_DEPTH = 8
"""Keys that may lead to the rows."""


def text_of(value: object) -> str | None:
    """A value as text: a number as it was written but for its exponent; None for null, and for what is no value."""
    if value is None or isinstance(value, (dict, list)):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else str(value)


def head_of(rows: Iterable[object], path: tuple[str, ...] = (), line: int = 1) -> Head | None:
    """How rows begin that are objects or lists; None if they are neither.

    The names of objects are those of all the rows in the order in which they come; of an object in a row those after
    its own and a dot: ``info.f``.
    """
    first = [row for row in rows if isinstance(row, (dict, list))][:SHOWN]
    objects = [_flat(row) for row in first if isinstance(row, dict)]
    if objects and 2 * len(objects) >= len(first):
        names = tuple(dict.fromkeys(name for row in objects for name in row))
        texts = (tuple(row.get(name) or "" for name in names) for row in objects)
        return Head(names, tuple(texts), path, line) if names else None
    lists = tuple(tuple(text_of(value) or "" for value in row) for row in first if isinstance(row, list) and row)
    return Head((), lists, path, line) if lists else None


def heads_of(documents: Sequence[object]) -> list[Head]:
    """The lists of objects or lists in documents, in their order."""
    found = _Lists()
    for document in documents:
        found.look(document, ())
    heads = (head_of(rows, path) for path, rows in found.rows.items())
    return [head for head in heads if head is not None]


@dataclass(slots=True)
class _Lists:
    """The first rows of lists, by the paths to them."""

    rows: dict[tuple[str, ...], list[object]] = field(default_factory=dict)

    def look(self, value: object, path: tuple[str, ...]) -> None:
        if len(path) > _DEPTH:
            return
        if isinstance(value, dict):
            for key, inner in value.items():
                self.look(inner, (*path, key))
        elif isinstance(value, list):
            inside = [element for element in value[:SHOWN] if isinstance(element, (dict, list))]
            if inside and (path in self.rows or len(self.rows) < _PATHS):
                self.rows.setdefault(path, []).extend(inside)
            for element in inside:
                self.look(element, (*path, EACH))


def _flat(row: Mapping[str, Any]) -> dict[str, str | None]:
    flat: dict[str, str | None] = {}
    for key, value in row.items():
        if isinstance(value, dict):
            flat |= {
                f"{key}.{inner}": text_of(part) for inner, part in value.items() if not isinstance(part, (dict, list))
            }
        elif not isinstance(value, list):
            flat[key] = text_of(value)
    return flat


def is_flat(row: object) -> bool:
    """Whether a value can be a row by itself: an object, or a list of plain values."""
    if isinstance(row, list):
        return bool(row) and not any(isinstance(value, (dict, list)) for value in row)
    return isinstance(row, dict)
