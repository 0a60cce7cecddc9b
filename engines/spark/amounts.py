"""Prices and quantities of a source as exact decimals: from decimals of any type, integers, doubles and text.

The columns are computed by the rules of `engines.embedded.amounts`, with Spark's own functions.
"""

from dataclasses import dataclass

from pyspark.sql import Column
from pyspark.sql import functions as F  # noqa: N812

from engines.domain.decimals import Decimals
from engines.domain.doubles import CLOSE, MOST

_NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?\z"
_PARTS = r"^[+-]?0*([0-9]*)\.?([0-9]*)(?:[eE]([+-]?[0-9]+))?\z"


@dataclass(frozen=True, slots=True)
class Amount:
    """A price or quantity.

    Attributes:
        nearest: The nearest decimal, half away from zero; null if there is none that fits.
        exact: Whether it is exactly the value.
    """

    nearest: Column
    exact: Column


def amount(found: Column, type_: str | Decimals, wanted: Decimals) -> Amount:
    """The values of a column as decimals.

    Args:
        found: The column.
        type_: Its Iceberg type.
        wanted: The decimal type.
    """
    if isinstance(type_, Decimals):
        return _of_decimal(found, type_, wanted)
    if type_ == "double":
        return _of_double(found, wanted)
    if type_ == "string":
        return _of_text(found, wanted)
    return _of_decimal(found.cast("decimal(20, 0)"), Decimals(20, 0), wanted)


def _of_decimal(found: Column, type_: Decimals, wanted: Decimals) -> Amount:
    nearest = found.try_cast(str(wanted))
    back = found if type_.scale <= wanted.scale else nearest.try_cast(str(type_))
    return Amount(nearest, nearest.isNotNull() & back.eqNullSafe(found))


def _of_double(x: Column, wanted: Decimals) -> Amount:
    y = x * F.lit(10.0**wanted.scale)
    n = F.rint(y)
    exact = (F.abs(n) < F.lit(MOST)) & (F.abs(y - n) <= F.abs(n) * F.lit(CLOSE))
    size = F.abs(y)
    whole = F.when(size < F.lit(10.0**18), F.floor(size).cast("double"))
    up = F.when(size - whole >= F.lit(0.5), F.lit(1.0)).otherwise(F.lit(0.0))
    number = F.when(exact, n).otherwise(F.when(y < 0, F.lit(0.0) - (whole + up)).otherwise(whole + up))
    return Amount(_pointed(number.try_cast("bigint").cast("string"), wanted), F.coalesce(exact, F.lit(False)))


def _pointed(digits: Column, wanted: Decimals) -> Column:
    """The decimal whose unscaled integer has these digits."""
    return F.concat(digits, F.lit(f"E-{wanted.scale}")).try_cast(str(wanted))


def _of_text(text: Column, wanted: Decimals) -> Amount:
    """Spark's cast from text rounds half up; what is right of the last decimal tells whether it had to."""
    is_number = text.rlike(_NUMBER)
    whole, part, power = (F.regexp_extract(text, _PARTS, group) for group in (1, 2, 3))
    digits = F.concat(whole, part)
    end = F.length(whole) + F.coalesce(power.try_cast("int"), F.lit(0)) + F.lit(wanted.scale)
    rest = F.when(end > 0, digits.substr(end + 1, F.length(digits))).otherwise(digits)
    nothing = F.rtrim(digits, F.lit("0")) == ""
    zero = F.lit(0).cast(str(wanted))
    nearest = F.when(is_number, F.when(nothing, zero).otherwise(text.try_cast(str(wanted))))
    exact = is_number & nearest.isNotNull() & (nothing | (F.rtrim(rest, F.lit("0")) == ""))
    return Amount(nearest, F.coalesce(exact, F.lit(False)))
