"""Decimals of prices, quantities and their sums: how many digits they have, derived from one scale."""

from dataclasses import dataclass

MOST_DIGITS = 38
"""Digits of the widest decimal of Iceberg and of every engine: what 128 bits hold."""


@dataclass(frozen=True, slots=True)
class Decimals:
    """A type of decimal numbers, spelled as Iceberg does.

    Attributes:
        precision: Number of digits.
        scale: How many of them follow the decimal point.
    """

    precision: int
    scale: int

    def __str__(self) -> str:
        return f"decimal({self.precision}, {self.scale})"

    @property
    def largest(self) -> int:
        """Largest number of the type, unscaled: without its decimal point."""
        return int(10**self.precision) - 1

    @property
    def whole_digits(self) -> int:
        """Number of digits before the decimal point."""
        return self.precision - self.scale

    def holds(self, other: "Decimals") -> bool:
        """Whether every number of the other type is exactly one of this type."""
        return other.scale <= self.scale and other.whole_digits <= self.whole_digits


@dataclass(frozen=True, slots=True)
class Scale:
    """Number of decimals of prices and quantities, and the types that follow from it.

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
        """Type of a sum of prices times quantities, which have the decimals of both."""
        return Decimals(MOST_DIGITS, 2 * self.places)


SCALE = Scale(8)
"""Scale of every table."""

PRICE, VOLUME, QUOTE = SCALE.price, SCALE.volume, SCALE.quote
