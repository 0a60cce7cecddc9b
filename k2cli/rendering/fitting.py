"""Fitting tables to the width of a terminal.

Cells and headers are shortened first, then columns of equal cells are left out, then the least needed columns.
Tables are not fitted in a pipe, in a file or with ``--wide``.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from k2cli.rendering.blocks import Table

GAP = 1
"""Blanks between two columns on a terminal."""
LEAST = 20
"""Minimum width in characters of a column of sentences."""


def widths(table: Table) -> list[int]:
    """Width in characters that each column needs to show its header and its cells in full."""
    return [
        max(map(len, (*column.name.split("\n"), *(row[place] for row in table.rows))))
        for place, column in enumerate(table.columns)
    ]


def fitted(table: Table, width: int) -> tuple[Table, list[str]]:
    """Make a table as narrow as a terminal, as far as its columns allow.

    Returns:
        The table, and the sentences to show below it: what its cells leave out, and which columns are left out.
    """
    if _fits(table, width):
        return table, []
    narrow, notes = table.narrow, [table.narrow.note] if table.narrow.note else []
    table = _shortened(table)
    for name in narrow.once:
        cells = _cells(table, name)
        if cells and len(set(cells)) == 1 and not _fits(_broken(table), width):
            table = _without(table, name)
            notes.append(f"{name}: {cells[0]}")
    left_out = []
    for name in narrow.expendable:
        if not _fits(_broken(table), width) and _cells(table, name):
            table = _without(table, name)
            left_out.append(name)
    missing = f"left out: {', '.join(left_out)} (--wide shows them)" if left_out else ""
    shown = table if _fits(table, width) else _broken(table)
    return shown, [sentence for sentence in ("; ".join(notes), missing) if sentence]


def _fits(table: Table, width: int) -> bool:
    needed = (
        min(cell, max(LEAST, len(column.name))) if column.wraps else cell
        for cell, column in zip(widths(table), table.columns, strict=True)
    )
    return sum(needed) + GAP * (len(table.columns) - 1) <= width


def _cells(table: Table, name: str) -> Sequence[str]:
    """The cells of a column; empty if the table has no such column or no rows."""
    places = [place for place, column in enumerate(table.columns) if column.name == name]
    return [row[places[0]] for row in table.rows] if places else []


def _shortened(table: Table) -> Table:
    short = table.narrow.short
    columns = [short.get(column.name) or _cells(table, column.name) for column in table.columns]
    return replace(table, rows=list(zip(*columns, strict=True)) if table.rows else table.rows)


def _without(table: Table, name: str) -> Table:
    kept = [place for place, column in enumerate(table.columns) if column.name != name]
    return replace(
        table,
        columns=[table.columns[place] for place in kept],
        rows=[[row[place] for place in kept] for row in table.rows],
    )


def _broken(table: Table) -> Table:
    """Return the table with its headers broken at blanks and after underscores to the width of the cells."""
    bare = replace(table, columns=[replace(column, name="") for column in table.columns])
    columns = (
        replace(column, name=_in_lines(column.name, width))
        for column, width in zip(table.columns, widths(bare), strict=True)
    )
    return replace(table, columns=list(columns))


def _in_lines(name: str, width: int) -> str:
    """Break a header into lines of at most a width; only a single longer word exceeds it."""
    lines = [""]
    for word in re.findall(r"[^ _]+_?", name):
        joined = lines[-1] + ("" if lines[-1].endswith("_") else " ") + word
        lines = [*lines[:-1], joined.lstrip()] if len(joined.strip()) <= width or not lines[-1] else [*lines, word]
    return "\n".join(lines)
