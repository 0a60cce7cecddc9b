"""Prices and quantities of a source as exact decimals: from decimals of any type, integers, doubles and text.

Each function returns two expressions: the unscaled integer (Int128; null where the value stands for none), and whether
the value had to be rounded. The rule for doubles is that of `domain.doubles`.
"""

import polars as pl

from engines.domain.decimals import Decimals
from engines.domain.doubles import CLOSE, MOST

_NUMBER = r"^([+-]?)0*(\d*?)(?:\.(\d*?)0*)?(?:[eE]([+-]?\d{1,3}))?$"
_DIGITS = 60
"""Digits after which text is padded or cut: more than any decimal has before and after its point."""


def unscaled(name: str, type_: str | Decimals, wanted: Decimals) -> tuple[pl.Expr, pl.Expr]:
    """The values of a column as unscaled integers of a decimal type.

    Args:
        name: Name of the column.
        type_: Its Iceberg type.
        wanted: The decimal type.

    Returns:
        The nearest unscaled integer, half away from zero, null if there is none that fits; and whether it is exact.
    """
    if isinstance(type_, Decimals):
        return _fitting(*_rescaled(pl.col(name).to_physical().cast(pl.Int128), type_.scale, wanted), wanted)
    if type_ == "double":
        return _fitting(*_of_double(pl.col(name), wanted), wanted)
    if type_ == "string":
        return _fitting(*_of_text(pl.col(name), wanted), wanted)
    return _fitting(*_rescaled(pl.col(name).cast(pl.Int128), 0, wanted), wanted)


def _fitting(number: pl.Expr, exact: pl.Expr, wanted: Decimals) -> tuple[pl.Expr, pl.Expr]:
    fits = _at_most(number, wanted.largest)
    return pl.when(fits).then(number), (exact & fits).fill_null(value=False)


def _at_most(number: pl.Expr, most: int) -> pl.Expr:
    return (number <= pl.lit(most, dtype=pl.Int128)) & (number >= pl.lit(-most, dtype=pl.Int128))


def _signed(negative: pl.Expr, size: pl.Expr) -> pl.Expr:
    return pl.when(negative).then(pl.lit(0, dtype=pl.Int128) - size).otherwise(size)


def _rescaled(number: pl.Expr, scale: int, wanted: Decimals) -> tuple[pl.Expr, pl.Expr]:
    if scale <= wanted.scale:
        factor = 10 ** (wanted.scale - scale)
        fits = _at_most(number, wanted.largest // factor)
        return pl.when(fits).then(number * pl.lit(factor, dtype=pl.Int128)), fits
    step = pl.lit(10 ** (scale - wanted.scale), dtype=pl.Int128)
    size = number.abs()
    rest = size % step
    nearest = size // step + (rest >= step - rest).cast(pl.Int128)
    return _signed(number < 0, nearest), rest == 0


def exact_doubles(x: pl.Expr, wanted: Decimals) -> tuple[pl.Expr, pl.Expr]:
    """As `unscaled` for doubles that are not to be rounded: null where a double stands for no decimal."""
    _, n, exact = _near(x, wanted)
    return pl.when(exact).then(n).cast(pl.Int64).cast(pl.Int128), exact.fill_null(value=False)


def _near(x: pl.Expr, wanted: Decimals) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    y = x * 10.0**wanted.scale
    n = y.round(0, mode="half_to_even")
    return y, n, (n.abs() < MOST) & ((y - n).abs() <= n.abs() * CLOSE)


def _of_double(x: pl.Expr, wanted: Decimals) -> tuple[pl.Expr, pl.Expr]:
    y, n, exact = _near(x, wanted)
    whole = y.abs().floor()
    nearest = whole + (y.abs() - whole >= 0.5).cast(pl.Float64)
    number = pl.when(exact).then(n).when(y.abs() < 10.0**18).then(pl.when(y < 0).then(-nearest).otherwise(nearest))
    return number.cast(pl.Int128, strict=False), exact.fill_null(value=False)


def _of_text(text: pl.Expr, wanted: Decimals) -> tuple[pl.Expr, pl.Expr]:
    """Digits are cut at the place of the last decimal: what is left of it is the number, what is right the rest."""
    parts = text.str.extract_groups(_NUMBER)
    sign, whole, part, power = (parts.struct.field(str(n)).fill_null("") for n in range(1, 5))
    digits = whole + part
    is_number = text.str.contains(r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$")
    end = (
        whole.str.len_bytes().cast(pl.Int64)
        + pl.when(power == "").then(0).otherwise(power.str.strip_prefix("+").cast(pl.Int64, strict=False))
        + wanted.scale
    )
    padded = digits.str.pad_end(_DIGITS, "0") + "0" * _DIGITS
    kept = pl.when(end > 0).then(padded.str.slice(0, end.clip(0, _DIGITS).cast(pl.UInt32))).otherwise(pl.lit(""))
    rest = pl.when(end > 0).then(digits.str.slice(end.clip(0, _DIGITS))).otherwise(digits)
    up = pl.when(end >= 0).then(rest.str.slice(0, 1) >= "5").otherwise(pl.lit(value=False))
    nearest = ("0" + kept).cast(pl.Int128, strict=False) + up.cast(pl.Int128)
    nothing = digits.str.strip_chars("0") == ""
    number = pl.when(nothing).then(pl.lit(0, dtype=pl.Int128)).when(end <= _DIGITS).then(nearest)
    exact = nothing | (rest.str.strip_chars_end("0") == "")
    return pl.when(is_number).then(_signed(sign == "-", number)), exact & is_number
