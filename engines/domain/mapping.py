"""Source mapping: which columns of a table that others made are those of a trade, as the user writes it in k2.toml."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from engines.domain.tables import TRADES_NEEDED, TRADES_USED
from engines.domain.units import TimeUnit

NAMES = (*TRADES_NEEDED, *TRADES_USED)
"""Our columns, which `[trades.columns]` may name."""

CONSTANTS = ("symbol", "exchange", "side")
"""Columns that may have the same value in every trade."""

Word = str | bool | int


class Inexact(StrEnum):
    """What to do with prices and quantities that are not exactly a decimal of the candle tables' scale.

    REFUSE: Stop, and show the first of them.
    REJECT: Leave such trades out, and count them.
    ROUND: Round them half up, and count them.
    """

    REFUSE = "refuse"
    REJECT = "reject"
    ROUND = "round"


@dataclass(frozen=True, slots=True)
class Constant:
    """The same value for every trade."""

    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """A column that tells the side of a trade in its own words, whose case does not matter.

    Attributes:
        column: Name of the column.
        buy: What it holds where the taker bought.
        sell: What it holds where the taker sold.
    """

    column: str
    buy: tuple[Word, ...]
    sell: tuple[Word, ...]

    def __post_init__(self) -> None:
        if not self.buy or not self.sell:
            raise ValueError("side needs a word for buy and one for sell")
        if both := sorted(set(words(self.buy)) & set(words(self.sell))):
            raise ValueError(f"side cannot be both buy and sell: {both[0]}")


class NoColumn:
    """Says that a column is not there: trades without ids, an optional column that is not to be used."""

    def __repr__(self) -> str:
        return "none"


NONE = NoColumn()
Given = str | Constant | Sides | NoColumn


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceMapping:
    """The mapping of a source table's columns to ours.

    Attributes:
        columns: Our name to theirs, to a constant, or to words of a side; columns that are not named keep our names.
        timestamp_unit: Unit of times that are numbers; None: found from the bounds of the column.
        inexact: What to do with prices and quantities that are not exactly a decimal of the scale.
    """

    columns: Mapping[str, Given] = field(default_factory=dict)
    timestamp_unit: TimeUnit | None = None
    inexact: Inexact = Inexact.REFUSE

    def __post_init__(self) -> None:
        for name, given in self.columns.items():
            if name not in NAMES:
                raise ValueError(f"a trade has no column {name!r} (known: {', '.join(NAMES)})")
            if isinstance(given, Constant) and name not in CONSTANTS:
                raise ValueError(f"{name} cannot be the same in every trade; only {', '.join(CONSTANTS)} can")
            if isinstance(given, Sides) and name != "side":
                raise ValueError(f"only side has words for buy and sell, not {name}")
            if isinstance(given, NoColumn) and name in TRADES_NEEDED and name != "message_id":
                raise ValueError(f"trades need a column for {name}; only message_id can be none")

    @property
    def without_ids(self) -> bool:
        """Whether the trades have no ids: then nothing can be recognised as delivered twice."""
        return isinstance(self.columns.get("message_id"), NoColumn)

    def given(self, name: str) -> Given:
        """What one of our columns is made from."""
        return self.columns.get(name, name)


def words(given: tuple[Word, ...]) -> tuple[str, ...]:
    """Words of a side as lower-case text: ``True`` is true, 1 is 1."""
    return tuple(str(word).lower() for word in given)
