"""Decimal types of prices, quantities and their sums, derived from one scale."""

from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Scale:
    """Number of decimal places of prices and quantities, and the types that follow from it.

    Attributes:
        places: Digits after the decimal point of a price and of a quantity.
    """

    places: int

    @property
    def price(self) -> Decimals:
        """Type of a price, of a single quantity, and of a mean price."""
        return Decimals(18, self.places)

    @property
    def volume(self) -> Decimals:
        """Type of a sum of quantities."""
        return Decimals(MOST_DIGITS, self.places)

    @property
    def quote(self) -> Decimals:
        """Type of a sum of price times quantity; the product has the decimal places of both."""
        return Decimals(MOST_DIGITS, 2 * self.places)


SCALE = Scale(8)
"""Scale of every table."""

PRICE, VOLUME, QUOTE = SCALE.price, SCALE.volume, SCALE.quote
