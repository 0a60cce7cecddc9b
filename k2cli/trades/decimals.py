"""Prices and quantities: from text to unscaled integers, never by way of a float.

Most texts are plain ("0.00001234") and take a vectorised path. The rest is read by
Python's `Decimal`, which either accepts it exactly ("1e-8", ".5", "+5", "1.100000000000") or finds the reason.

A file may count in another unit: ten-thousandths, satoshi, wei. A shift says so: each number is multiplied by 10^shift,
which moves its decimal point and no digit, before it has to fit the table's column.
"""

import re
from decimal import Decimal, InvalidOperation

import polars as pl

from engines.domain.decimals import SCALE, Decimals
from k2cli.trades.rejects import UNFIT, Parsed

SHIFT_LIMIT = 18
"""Places by which a decimal point may move: as far as from wei to ether."""

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_LONG = 18
"""Digits that fit 64 bits."""
_NOT_FINITE = {"nan", "inf", "infinity"}


def amounts(texts: pl.Series, column: str, type_: Decimals = SCALE.price, shift: int = 0) -> Parsed:
    """Read a column of positive numbers exactly.

    Args:
        texts: Strings; null counts as empty.
        column: The name that starts the reason codes: ``price``, ``quantity``.
        type_: The decimals that the table's column holds.
        shift: Each number stands for itself times 10^shift; from -18 to 18.

    Returns:
        Unscaled values (the number times 10^(scale + shift)), null where a fault is: Int64 for types of up to 18
        digits, Int128 beyond.
    """
    values = _plain(texts, type_.precision, type_.scale + shift)
    doubtful = (~values.is_between(1, type_.largest).fill_null(value=False)).arg_true()
    if doubtful.is_empty():
        return Parsed(values, {})
    faults: dict[int, str] = {}
    settled: list[int | None] = []
    needs: Decimals | None = None
    for position, text in zip(doubtful.to_list(), texts.gather(doubtful).to_list(), strict=True):
        amount = unscaled(text or "", type_, shift)
        settled.append(amount if isinstance(amount, int) else None)
        if isinstance(amount, str):
            faults[position] = f"{column}_{amount}"
            needed = _needed(text or "", shift) if amount in UNFIT else None
            needs = needed.joined(needs or needed) if needed else needs
    return Parsed(values.scatter(doubtful, pl.Series(settled, dtype=values.dtype)), faults, needs)


def _plain(texts: pl.Series, precision: int, places: int) -> pl.Series:
    """Plain numbers times 10^places as integers, null for any other text.

    The decimal point is moved by reading the digits at another scale. Zeros may follow the last place: nothing is lost.
    """
    integer = pl.Int64 if precision <= _LONG else pl.Int128
    # [0-9] and not \d, which means every script's digits here.
    if places < 0:  # as many zeros have to go, which `head` drops from the end
        whole = pl.when(texts.str.contains(rf"^[0-9]{{1,{precision}}}0{{{-places}}}$")).then(texts.str.head(places))
        return pl.select(whole.cast(integer)).to_series()
    most = max(1, precision - places)
    plain = rf"^[0-9]{{1,{most}}}(?:\.[0-9]{{0,{places}}}0*)?$"
    scaled = pl.Decimal(max(precision, places), places)
    vouched = pl.when(texts.str.contains(plain)).then(texts)
    return pl.select(vouched.cast(scaled, strict=False).to_physical().cast(integer, strict=False)).to_series()


def whole_numbers_shifted(texts: pl.Series, shift: int) -> pl.Series:
    """The texts, with whole numbers times 10^shift written with a decimal point; others as they are.

    Args:
        texts: Numbers as strings.
        shift: Places by which the point moves, 0 or less.
    """
    whole = texts.str.contains(r"^[0-9]+$")
    padded = texts.str.pad_start(1 - shift, "0")
    moved = padded.str.head(shift) + "." + padded.str.tail(-shift)
    return pl.select(pl.when(whole).then(moved).otherwise(texts)).to_series()


def decimal(text: str) -> Decimal | None:
    """Exact number of a text; None where it is not a number (ASCII digits only, no spaces)."""
    if not _NUMBER.fullmatch(text):
        return None
    try:
        return Decimal(text)
    except InvalidOperation:  # an exponent beyond what Decimal can hold
        return None


def unscaled(text: str, type_: Decimals = SCALE.price, shift: int = 0) -> int | str:
    """The number times 10^(scale + shift) as an integer, or the second half of the reason why it does not fit."""
    number = decimal(text)
    if number is None:
        return _not_a_number(text)
    if number.is_zero():
        return "zero"
    if number.is_signed():
        return "negative"
    whole, digits = _digits(number, shift)
    if whole > type_.whole_digits:
        return "too_large"
    zeros = whole + type_.scale - len(digits)
    return int(digits + "0" * zeros) if zeros >= 0 else "too_many_decimals"


def _digits(number: Decimal, shift: int) -> tuple[int, str]:
    """How many digits of a moved number are before its point, and all of them; Decimal.scaleb would round."""
    return number.adjusted() + 1 + shift, "".join(map(str, number.as_tuple().digits)).rstrip("0")


def _needed(text: str, shift: int) -> Decimals | None:
    """The decimals that hold the number times 10^shift; None for what is no number."""
    number = decimal(text)
    if number is None:
        return None
    whole, digits = _digits(number, shift)
    places = max(0, len(digits) - whole)
    return Decimals(max(0, whole) + places, places)


def _not_a_number(text: str) -> str:
    if not text:
        return "empty"
    return "not_finite" if text.lstrip("+-").lower() in _NOT_FINITE else "not_a_number"
