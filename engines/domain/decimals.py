"""Decimal types of prices, quantities and their sums, derived from one scale."""

from dataclasses import dataclass
from enum import Enum, auto

MOST_DIGITS = 38
"""Digits of the widest decimal type of Iceberg and of every engine: as many as fit into 128 bits."""


@dataclass(frozen=True, slots=True)
class Decimals:
    """A decimal type; its text is spelled as in Iceberg: ``decimal(18, 8)``.

    Attributes:
        precision: Number of digits.
        scale: Number of digits after the decimal point.
    """

    precision: int
    scale: int

    def __str__(self) -> str:
        return f"decimal({self.precision}, {self.scale})"

    @property
    def largest(self) -> int:
        """The largest number of the type as an unscaled integer: without its decimal point."""
        return int(10**self.precision) - 1

    @property
    def whole_digits(self) -> int:
        """Number of digits before the decimal point."""
        return self.precision - self.scale

    def holds(self, other: "Decimals") -> bool:
        """Whether every number of the other type can be represented exactly in this type."""
        return other.scale <= self.scale and other.whole_digits <= self.whole_digits

    def joined(self, other: "Decimals") -> "Decimals":
        """The smallest type that holds every number of both types, whatever its number of digits."""
        scale = max(self.scale, other.scale)
        return Decimals(max(self.whole_digits, other.whole_digits) + scale, scale)


class Figure(Enum):
    """A kind of number whose decimal type follows from the scale of its table."""

    PRICE = auto()
    VOLUME = auto()
    """A quantity, or a sum of quantities."""
    QUOTE = auto()
    """Price times quantity, or a sum of such products."""

    def __str__(self) -> str:
        return "decimal"


@dataclass(frozen=True, slots=True)
class Scale:
    """Number of decimal places of prices and quantities in the tables of a warehouse, and the types that follow.

    Attributes:
        places: Digits after the decimal point of a price and of a quantity: from 8 to 12.
    """

    places: int

    def __post_init__(self) -> None:
        if not FEWEST_PLACES <= self.places <= MOST_PLACES:
            raise ValueError(f"a scale is from {FEWEST_PLACES} to {MOST_PLACES}, not {self.places}")

    @property
    def price(self) -> Decimals:
        """Type of a price, and of a mean price."""
        return Decimals(18 if self.places == FEWEST_PLACES else MOST_DIGITS, self.places)

    @property
    def volume(self) -> Decimals:
        """Type of a quantity, and of a sum of quantities."""
        return Decimals(MOST_DIGITS, self.places)

    @property
    def quote(self) -> Decimals:
        """Type of a sum of price times quantity; the product has the decimal places of both."""
        return Decimals(MOST_DIGITS, 2 * self.places)

    def decimals(self, figure: Figure) -> Decimals:
        """The decimal type of a kind of number."""
        return {Figure.PRICE: self.price, Figure.VOLUME: self.volume, Figure.QUOTE: self.quote}[figure]

    def type_of(self, type_: str | Figure) -> str | Decimals:
        """The type that a column of one of our tables has at this scale."""
        return self.decimals(type_) if isinstance(type_, Figure) else type_


FEWEST_PLACES, MOST_PLACES = 8, 12
"""Decimal places of a scale: 8 hold what most exchanges print; 12 leave 14 digits before the point of a product."""

SCALE = Scale(FEWEST_PLACES)
"""Scale of tables that are made without a choice, and of all tables of former versions."""


def fitting_scale(price: Decimals | None, quantity: Decimals | None) -> Scale | None:
    """The smallest scale whose tables hold such prices and quantities (None: any); None if there is none."""
    scales = map(Scale, range(FEWEST_PLACES, MOST_PLACES + 1))
    pairs = ((scale, ((scale.price, price), (scale.volume, quantity))) for scale in scales)
    return next((scale for scale, types in pairs if all(n is None or t.holds(n) for t, n in types)), None)
