"""Times: which unit a number is in, and the microseconds it means.

Times are UTC, counted from the epoch. The plausible range (`engines.domain.units`) in one unit never meets that in
another, so the magnitude of a single number tells its unit.
"""

from collections.abc import Sequence
from decimal import ROUND_FLOOR, Context
from typing import Literal

import polars as pl

from engines.domain.units import EARLIEST, LATEST
from k2cli.trades.decimals import decimal
from k2cli.trades.rejects import Parsed

Unit = Literal["s", "ms", "us", "ns"]
UNITS: tuple[Unit, ...] = ("s", "ms", "us", "ns")

# Numbers are held as billionths, so that seconds may have decimals; this many billionths make a microsecond.
_PER_MICRO: dict[Unit, int] = {"s": 10**3, "ms": 10**6, "us": 10**9, "ns": 10**12}
_BILLIONTHS = pl.Decimal(38, 9)
_PLAIN = r"^[0-9]{1,19}(?:\.[0-9]{1,9})?$"
_FLOOR = Context(prec=60, rounding=ROUND_FLOOR)


def micros(texts: pl.Series, units: Sequence[Unit]) -> Parsed:
    """Read a column of times; what is finer than a microsecond is cut off.

    Args:
        texts: Numbers as strings; null counts as empty.
        units: The units that may occur; more than one are told apart row by row.

    Returns:
        Int64 microseconds, null where a fault is: ``timestamp_empty``, ``_not_a_number``, ``_out_of_range``.
    """
    values = _plausible(_billionths(texts), units)
    doubtful = values.is_null().arg_true()
    if doubtful.is_empty():
        return Parsed(values, {})
    faults: dict[int, str] = {}
    settled: list[int | None] = []
    for position, text in zip(doubtful.to_list(), texts.gather(doubtful).to_list(), strict=True):
        time = _micros(text or "", units)
        settled.append(time if isinstance(time, int) else None)
        if isinstance(time, str):
            faults[position] = f"timestamp_{time}"
    return Parsed(values.scatter(doubtful, pl.Series(settled, dtype=pl.Int64)), faults)


def detect(texts: pl.Series, units: Sequence[Unit]) -> Unit:
    """The unit in which most of the numbers are plausible; the first one when none is."""
    numbers = _billionths(texts)
    return max(units, key=lambda unit: _plausible(numbers, (unit,)).count())


def _billionths(texts: pl.Series) -> pl.Series:
    plain = pl.when(texts.str.contains(_PLAIN)).then(texts)
    return pl.select(plain.cast(_BILLIONTHS, strict=False).to_physical()).to_series()


def _plausible(billionths: pl.Series, units: Sequence[Unit]) -> pl.Series:
    readings = []
    for unit in units:
        per_micro = _PER_MICRO[unit]
        inside = (billionths >= EARLIEST * per_micro) & (billionths < LATEST * per_micro)
        readings.append(pl.when(inside).then(billionths // per_micro))
    return pl.select(pl.coalesce(readings).cast(pl.Int64)).to_series()


def _micros(text: str, units: Sequence[Unit]) -> int | str:
    if not text:
        return "empty"
    number = decimal(text)
    if number is None:
        return "not_a_number"
    if number.adjusted() > 19:
        return "out_of_range"
    billionths = int(_FLOOR.multiply(number, 10**9))
    times = (billionths // _PER_MICRO[unit] for unit in units)
    return next((time for time in times if EARLIEST <= time < LATEST), "out_of_range")
