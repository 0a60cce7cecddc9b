"""Tables that fit a terminal: shorter cells first, then a column of equal cells goes, then the least needed.

Nothing of this happens in a pipe, a file, or with ``--wide``.
"""

from collections.abc import Sequence
from dataclasses import replace

from k2cli.rendering.blocks import Table

GAP = 1
"""Blanks between two columns on a terminal."""
LEAST = 24
"""Characters that a column of sentences needs."""


def widths(table: Table) -> list[int]:
    """The characters that each column needs to show its cells whole."""
    return [
        max(len(column.name), *(len(row[place]) for row in table.rows), 0) for place, column in enumerate(table.columns)
    ]


def fitted(table: Table, width: int) -> tuple[Table, list[str]]:
    """Make a table as narrow as a terminal, as far as its columns allow.

    Returns:
        The table, and what is to be said below it: what its cells leave out, and which columns.
    """
    if _fits(table, width):
        return table, []
    narrow, notes = table.narrow, [table.narrow.note] if table.narrow.note else []
    table = _shortened(table)
    for name in narrow.once:
        cells = _cells(table, name)
        if cells and len(set(cells)) == 1 and not _fits(table, width):
            table = _without(table, name)
            notes.append(f"{name}: {cells[0]}")
    left_out = []
    for name in narrow.expendable:
        if not _fits(table, width) and _cells(table, name):
            table = _without(table, name)
            left_out.append(name)
    missing = f"left out: {', '.join(left_out)} (--wide shows them)" if left_out else ""
    return table, [sentence for sentence in ("; ".join(notes), missing) if sentence]


def _fits(table: Table, width: int) -> bool:
    needed = (
        min(cell, max(LEAST, len(column.name))) if column.wraps else cell
        for cell, column in zip(widths(table), table.columns, strict=True)
    )
    return sum(needed) + GAP * (len(table.columns) - 1) <= width


def _cells(table: Table, name: str) -> Sequence[str]:
    """The cells of a column; none where the table has no such column, or no row."""
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
