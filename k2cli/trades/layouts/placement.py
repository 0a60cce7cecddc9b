"""Which field of a row is which, by a layout."""

from collections.abc import Sequence
from dataclasses import dataclass

from k2cli.trades.errors import LayoutMismatch
from k2cli.trades.layouts.grammar import Layout, heading
from k2cli.trades.layouts.head import Head
from k2cli.trades.layouts.paths import told_by_path


@dataclass(frozen=True, slots=True)
class Placement:
    """Where the columns are.

    Attributes:
        columns: Our names in the order of the fields; "" for a field that is not read.
        header: Whether the fields have names.
        in_coins: Whether the quantity is that of a column in coins, beside one in another unit.
    """

    columns: tuple[str, ...]
    header: bool
    in_coins: bool = False

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns to be read."""
        return tuple(column for column in self.columns if column)


def placements(file: str, layout: Layout, head: Head, *, contracts: bool = False) -> list[Placement]:
    """Where the columns of a layout may be: one way if they have names, else one for each fitting number of fields.

    Args:
        file: The file, for messages.
        layout: The layout.
        head: How the rows begin.
        contracts: Whether the quantities of their symbol are numbers of contracts.

    Raises:
        LayoutMismatch: If they are not in that layout: a column is missing or there twice, names are others than the
            layout's, or the number of fields is; or the rows of a JSON document lie elsewhere.
    """
    if told_by_path(layout.rows, head.path) is None:
        here, there = ".".join(head.path) or "the top", layout.rows or "the top"
        raise LayoutMismatch(
            f"{file}: rows lie at {here}, and in layout {layout.name} at {there}", hint="choose another --layout"
        )
    if head.names:
        return [_by_name(file, layout, head.names)]
    if not layout.lines:
        raise LayoutMismatch(
            f"{file}: the columns have no names, and in a file of layout {layout.name} they have",
            hint="choose another --layout, or name the columns in the first line",
        )
    fitting = [line for line in layout.lines if len(line) == head.width]
    if not fitting:
        counts = " or ".join(map(str, sorted({len(line) for line in layout.lines})))
        raise LayoutMismatch(
            f"{file}: a line of layout {layout.name} has {counts} fields, the first one here has {head.width}",
            hint="choose another --layout",
        )
    wanted = [line for line in fitting if ("base" in line) == contracts] or fitting
    return [_counted_in_coins(line, header=False) for line in wanted]


def _by_name(file: str, layout: Layout, names: Sequence[str]) -> Placement:
    if not layout.columns:
        raise LayoutMismatch(
            f"{file}: the columns have names, and in a file of layout {layout.name} they have none",
            hint="choose another --layout",
        )
    columns = _columns(layout, names)
    missing = _missing(layout, names)
    if missing:
        raise LayoutMismatch(
            f"{file}: no column {', '.join(missing)} for layout {layout.name}; found {_shown(names)}",
            hint="choose another --layout, or name the columns in the first line",
        )
    twice = {column for column in columns if column and columns.count(column) > 1}
    if twice:
        raise LayoutMismatch(f"{file}: more than one column for {', '.join(sorted(twice))}; found {_shown(names)}")
    return _counted_in_coins(columns, header=True)


def _columns(layout: Layout, names: Sequence[str]) -> tuple[str, ...]:
    """Our names of the columns; of names that differ by case only, that which is written as in the layout."""
    columns = [layout.ours.get(heading(name), "") for name in names]
    exactly = {column for name, column in zip(names, columns, strict=True) if _as_written(layout, column, name)}
    return tuple(
        "" if column in exactly and not _as_written(layout, column, name) else column
        for name, column in zip(names, columns, strict=True)
    )


def _as_written(layout: Layout, column: str, name: str) -> bool:
    return any(name in known for ours, known in layout.columns.items() if ours == column)


def _missing(layout: Layout, names: Sequence[str]) -> list[str]:
    """The columns, by their first names in the layout, that a file must have, and that are not among the names."""
    headings = {heading(name) for name in names}
    found = {layout.ours.get(name) for name in headings}
    missing = [known[0] for column, known in layout.columns.items() if column not in {*found, *layout.optional}]
    unmarked = bool(layout.marks) and headings.isdisjoint(map(heading, layout.marks))
    return [*missing, " or ".join(layout.marks)] if unmarked else missing


def _counted_in_coins(columns: tuple[str, ...], *, header: bool) -> Placement:
    """A column of coins takes the place of the quantity."""
    if "base" not in columns:
        return Placement(columns, header)
    named = {"base": "quantity", "quantity": ""}
    return Placement(tuple(named.get(column, column) for column in columns), header, in_coins=True)


def _shown(names: Sequence[str]) -> str:
    text = ", ".join(names)
    return text if len(text) <= 200 else f"{text[:200]}..."
