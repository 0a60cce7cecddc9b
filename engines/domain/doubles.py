"""Doubles that stand for decimals: the one rule by which a double is taken for a number of few decimal places.

A double x stands for n / 10^places where y = x * 10^places (one IEEE multiplication), n = y rounded half to even,
abs(y - n) <= abs(n) * 2^-51, and abs(n) < 2^51. Every number with at most that many places comes back exactly that an
exchange printed and somebody parsed, and nothing else passes. Engines carry the same rule out on columns.
"""

CLOSE = 2.0**-51
"""How far y may be from n, as a share of n: two roundings of doubles, one of the number and one of the product."""

MOST = 2.0**51
"""Beyond, neighbouring doubles are too far apart to tell decimals."""


def decimal_of(x: float, places: int) -> int | None:
    """The unscaled integer of the decimal that a double stands for; None if it stands for none."""
    y = x * 10.0**places
    if not abs(y) <= MOST:  # neither is what is no number
        return None
    n = round(y)
    return n if abs(n) < MOST and abs(y - n) <= abs(n) * CLOSE else None


def rounded(x: float, places: int) -> int | None:
    """The unscaled integer of a double rounded half up (away from zero); None where it is no number or 10^18 or more.

    The product is the double that `decimal_of` looks at, too: a decimal that it recognises is rounded to itself.
    """
    exact = decimal_of(x, places)
    if exact is not None:
        return exact
    y = abs(x * 10.0**places)
    if not y < 10.0**18:
        return None
    whole = int(y)
    n = whole + (y - whole >= 0.5)
    return -n if x < 0 else n
