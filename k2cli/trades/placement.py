"""Which field of a line, or which column of a Parquet file, is which."""

from collections.abc import Sequence
from dataclasses import dataclass

from k2cli.trades.decimals import decimal
from k2cli.trades.errors import LayoutMismatch
from k2cli.trades.layouts import SHAPES, Layout, heading


@dataclass(frozen=True, slots=True)
class Placement:
    """Where the columns are.

    Attributes:
        columns: Our names in file order; "" for a field that is not needed.
        header: Whether the first line names the columns.
    """

    columns: tuple[str, ...]
    header: bool

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns to be read."""
        return tuple(column for column in self.columns if column)


def place(file: str, layout: Layout, first: Sequence[str]) -> Placement:
    """Find the columns from the first line of a CSV file.

    Args:
        file: The file, for messages.
        layout: The layout that was asked for.
        first: The fields of the first line that is not blank.

    Raises:
        LayoutMismatch: If a column is missing, or the number of fields is not the layout's.
    """
    shape = SHAPES[layout]
    if not shape.orders or _is_header(first):
        return place_by_name(file, layout, first)
    for order in shape.orders:
        if len(order) == len(first):
            return Placement(order, header=False)
    counts = " or ".join(str(len(order)) for order in shape.orders)
    raise LayoutMismatch(
        f"{file}: a line of layout {layout} has {counts} fields, the first one here has {len(first)}",
        hint="choose another --layout",
    )


def place_by_name(file: str, layout: Layout, names: Sequence[str]) -> Placement:
    """Find the columns by the names of a header or of a Parquet schema.

    Raises:
        LayoutMismatch: If a required column is missing, or one is there twice.
    """
    shape = SHAPES[layout]
    ours = {alias: column for column, aliases in shape.names.items() for alias in aliases}
    columns = tuple(ours.get(heading(name), "") for name in names)
    missing = [shape.names[column][0] if shape.orders else column for column in shape.required if column not in columns]
    if missing:
        raise LayoutMismatch(
            f"{file}: no column {', '.join(missing)} for layout {layout}; found {_shown(names)}", hint=_hint(names)
        )
    twice = {column for column in columns if column and columns.count(column) > 1}
    if twice:
        raise LayoutMismatch(f"{file}: more than one column for {', '.join(sorted(twice))}")
    return Placement(columns, header=True)


def _is_header(fields: Sequence[str]) -> bool:
    """A header has no number in it, and a data line at least one."""
    return any(field.strip() for field in fields) and all(decimal(field.strip()) is None for field in fields)


def _shown(names: Sequence[str]) -> str:
    text = ", ".join(names)
    return text if len(text) <= 200 else f"{text[:200]}..."


def _hint(names: Sequence[str]) -> str:
    if len(names) == 1 and any(separator in names[0] for separator in ";\t|"):
        return "fields are separated by commas"
    return "choose another --layout, or name the columns in the first line"
