"""Which field of a line, or which column of a Parquet file, is which."""

from collections.abc import Iterable, Sequence
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
        in_coins: Whether the quantity is that of a column in coins, beside one of contracts.
    """

    columns: tuple[str, ...]
    header: bool
    in_coins: bool = False

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns to be read."""
        return tuple(column for column in self.columns if column)


def place(
    file: str, layout: Layout, lines: Iterable[Sequence[str]], *, contracts: bool = False
) -> tuple[Placement, int]:
    """Find the columns from the first lines of a CSV file, of which some may be no part of the table.

    Args:
        file: The file, for messages.
        layout: The layout that was asked for.
        lines: The fields of the first lines that are not blank; there is one.
        contracts: Whether the quantities of its symbol are numbers of contracts.

    Returns:
        Where the columns are, and the index of the line that tells it: the header or the first trade.

    Raises:
        LayoutMismatch: If no line is a header or a trade, or one names other columns than the layout's: their order
            would be a guess.
    """
    first: LayoutMismatch | None = None
    for index, fields in enumerate(lines):
        try:
            return _placed(file, layout, fields, contracts=contracts), index
        except LayoutMismatch as mismatch:
            if _is_header(fields) and len(fields) in map(len, SHAPES[layout].orders):
                raise
            first = first or mismatch
    assert first  # noqa: S101 - there is a line
    raise first


def _placed(file: str, layout: Layout, fields: Sequence[str], *, contracts: bool) -> Placement:
    shape = SHAPES[layout]
    if not shape.orders or _is_header(fields):
        return place_by_name(file, layout, fields)
    for order in (*(shape.contracts if contracts else ()), *shape.orders):
        if len(order) == len(fields):
            return Placement(order, header=False, in_coins=order in shape.contracts)
    counts = " or ".join(str(len(order)) for order in shape.orders)
    raise LayoutMismatch(
        f"{file}: a line of layout {layout} has {counts} fields, the first one here has {len(fields)}",
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
    in_coins = "base" in columns
    if in_coins:
        named = {"base": "quantity", "quantity": ""}
        columns = tuple(named.get(column, column) for column in columns)
    return Placement(columns, header=True, in_coins=in_coins)


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
