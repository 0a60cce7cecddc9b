"""The dialect of a text file: what separates the fields of a line, and the places of a number."""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Delimiter = Literal[",", ";", "\t", "|"]
Point = Literal[".", ","]
DELIMITERS: tuple[Delimiter, ...] = (",", ";", "\t", "|")

_COMMA_NUMBER = re.compile(r"[+-]?[0-9]+,[0-9]+")
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3},[0-9]{3}")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a line is cut into fields, and a number into places.

    Attributes:
        delimiter: What separates fields.
        point: What separates the places of a number.
    """

    delimiter: Delimiter = ","
    point: Point = "."

    def fields(self, line: str) -> list[str]:
        """The fields of a line.

        Raises:
            csv.Error: A field goes on for more than 128 KiB.
        """
        return next(csv.reader([line.rstrip("\r").replace("\r", " ")], delimiter=self.delimiter), [])

    def with_points(self, fields: list[str]) -> list[str]:
        """The fields, with a point in each number that has a comma for it."""
        if self.point == ".":
            return fields
        return [field.replace(",", ".") if _COMMA_NUMBER.fullmatch(field.strip()) else field for field in fields]


def detected(lines: Sequence[str], delimiter: Delimiter | None = None, point: Point | None = None) -> Dialect:
    """The dialect of a file's first lines, as far as it was not given.

    The delimiter is the one that cuts most lines into the same number of fields, more than one. A comma in numbers is a
    decimal one if the delimiter is another, and a number has one that cannot separate thousands.
    """
    best = delimiter or _delimiter(lines)
    if point is None:
        fields = (field.strip() for line in lines for field in Dialect(best).fields(line))
        point = "," if best != "," and _decimal_comma(fields) else "."
    return Dialect(best, point)


def _delimiter(lines: Sequence[str]) -> Delimiter:
    return max(DELIMITERS, key=lambda each: _agreement(lines, each))


def _agreement(lines: Sequence[str], delimiter: Delimiter) -> tuple[int, int]:
    widths = Counter(len(Dialect(delimiter).fields(line)) for line in lines)
    return max(((count, width) for width, count in widths.items() if width > 1), default=(0, 0))


def _decimal_comma(fields: Iterable[str]) -> bool:
    return any(_COMMA_NUMBER.fullmatch(field) and not _THOUSANDS.fullmatch(field) for field in fields)
