"""Binding of a source mapping to the columns that a table has: which types are accepted for each of our columns."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from engines.domain.decimals import Decimals
from engines.domain.mapping import NAMES, Constant, NoColumn, Sides, SourceMapping, words
from engines.domain.reading import INTEGERS, TIMESTAMPS, SourceColumn
from engines.domain.tables import TRADES, TRADES_NEEDED

_IDS = ("string", *INTEGERS, "uuid", "fixed", "binary")
_AMOUNTS = ("decimal", "string", "double", *INTEGERS)
_ACCEPTED: Mapping[str, tuple[str, ...]] = {
    "message_id": _IDS,
    "symbol": ("string",),
    "exchange": ("string",),
    "timestamp": (*TIMESTAMPS, *INTEGERS),
    "price": _AMOUNTS,
    "quantity": _AMOUNTS,
    "side": ("string",),
    "source_sequence": INTEGERS,
    "ingestion_timestamp": (*INTEGERS, "timestamptz", "timestamp"),
    "platform_sequence": INTEGERS,
}
_WORDED = ("string", "boolean", *INTEGERS)
"""Types of a side whose words are given."""


@dataclass(frozen=True, slots=True)
class TheirColumn:
    """A column of a source table.

    Attributes:
        name: Its name.
        type: Its Iceberg type as text, a decimal as `Decimals`.
        field_id: Its field id.
    """

    name: str
    type: str | Decimals
    field_id: int


@dataclass(frozen=True, slots=True)
class Misfit:
    """Why one of our columns cannot be made from a table, and the line of TOML by which it could.

    Attributes:
        name: Our column.
        why: A sentence that names the column, its type and what is accepted.
        line: The line to write below ``[trades.columns]``; empty if no line helps.
    """

    name: str
    why: str
    line: str = ""


def bind(mapping: SourceMapping, table: Sequence[TheirColumn]) -> tuple[dict[str, SourceColumn], tuple[Misfit, ...]]:
    """Find the column for each of ours.

    Names are compared without regard to case where that is unambiguous: some programs write all names in upper case.

    Returns:
        What each of our columns is made from, and what does not fit.
    """
    bound: dict[str, SourceColumn] = {}
    misfits: list[Misfit] = []
    for name in NAMES:
        found = _bound(name, mapping, _finder(table), table)
        if isinstance(found, Misfit):
            misfits.append(found)
        else:
            bound[name] = found
    return bound, tuple(misfits)


def _finder(table: Sequence[TheirColumn]) -> Callable[[str], TheirColumn | None]:
    exact = {column.name: column for column in table}

    def find(name: str) -> TheirColumn | None:
        if name in exact:
            return exact[name]
        alike = [column for column in table if column.name.lower() == name.lower()]
        return alike[0] if len(alike) == 1 else None

    return find


def _bound(
    name: str, mapping: SourceMapping, find: Callable[[str], TheirColumn | None], table: Sequence[TheirColumn]
) -> SourceColumn | Misfit:
    given = mapping.given(name)
    if isinstance(given, Constant):
        return SourceColumn(name=name, value=given.value)
    if isinstance(given, NoColumn):
        return SourceColumn(name=name, value="" if name in TRADES_NEEDED else None)
    theirs = given.column if isinstance(given, Sides) else given
    found = find(theirs)
    if found is None:
        if name in mapping.columns:
            there = ", ".join(column.name for column in table)
            return Misfit(name, f"there is no column {theirs} for {name} (there are: {there})", _line(name))
        return _missing(name) if name in TRADES_NEEDED else SourceColumn(name=name)
    spelled = isinstance(given, Sides)
    accepted = _WORDED if spelled else _ACCEPTED[name]
    if _kind(found.type) not in accepted:
        return _wrong(name, found, accepted)
    return SourceColumn(
        name=name,
        column=found.name,
        type=found.type,
        field_id=found.field_id,
        buy=words(given.buy) if isinstance(given, Sides) else (),
        sell=words(given.sell) if isinstance(given, Sides) else (),
    )


def _kind(type_: str | Decimals) -> str:
    """The name of a type without its parameters."""
    return "decimal" if isinstance(type_, Decimals) else type_.split("[")[0]


def _missing(name: str) -> Misfit:
    type_ = next(column.type for column in TRADES if column.name == name)
    return Misfit(name, f"column {name} ({type_}) is missing", _line(name))


def _line(name: str) -> str:
    """The line of TOML that says where a column is."""
    if name in ("symbol", "exchange"):
        return f'{name} = "their_column", or {name} = {{ value = "…" }}'
    return f'{name} = "their_column"' + (', or message_id = "none"' if name == "message_id" else "")


def _wrong(name: str, found: TheirColumn, accepted: Sequence[str]) -> Misfit:
    why = f"column {found.name} is {found.type}, and {name} is read from {', '.join(accepted)}"
    if name == "side":
        line = f'side = {{ column = "{found.name}", buy = false, sell = true }}'
        return Misfit(name, why, line if found.type == "boolean" else line.replace("false", "1").replace("true", "2"))
    if found.type == "float":
        return Misfit(name, f"{why}; a float of 32 bits holds no exact {name}", f'{name} = "another_column"')
    needed = name in TRADES_NEEDED and name != "message_id"
    return Misfit(name, why, f'{name} = "another_column"' if needed else f'{name} = "none"')
