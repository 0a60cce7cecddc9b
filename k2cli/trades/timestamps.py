"""Times: numbers or text, and the microseconds they mean.

Times are UTC, counted from the epoch. The plausible range (`engines.domain.units`) in one unit never meets that in
another, so the magnitude of a single number tells its unit. A text is a date, a time and maybe a zone.
"""

from collections.abc import Sequence
from decimal import ROUND_FLOOR, Context
from typing import Literal

import polars as pl

from engines.domain.units import EARLIEST, LATEST
from k2cli.trades import written_times
from k2cli.trades.decimals import decimal
from k2cli.trades.rejects import OUT_OF_RANGE, Parsed

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
        texts: Numbers or written times as strings; null counts as empty.
        units: The units that numbers may be in; more than one are told apart row by row.

    Returns:
        Int64 microseconds, null where a fault is: ``timestamp_empty``, ``_not_a_number``, ``_not_a_date``,
        ``_out_of_range``.
    """
    values = _plausible(_billionths(texts), units)
    if values.null_count() and written_times.any_in(texts):
        values = pl.select(pl.coalesce(values, _in_range(written_times.micros(texts)))).to_series()
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


def detect(texts: pl.Series, units: Sequence[Unit]) -> Unit | Literal["text"]:
    """The unit in which most of the numbers are plausible, or ``text``; the first unit when there is neither."""
    numbers = _billionths(texts)
    found = {unit: _plausible(numbers, (unit,)).count() for unit in units}
    unit = max(units, key=lambda unit: found[unit])
    return unit if found[unit] or not written_times.any_in(texts) else "text"


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


def _in_range(times: pl.Series) -> pl.Series:
    return times.set(~times.is_between(EARLIEST, LATEST, closed="left"), None)


def _micros(text: str, units: Sequence[Unit]) -> int | str:
    if not text:
        return "empty"
    number = decimal(text)
    if number is None:
        return _not_a_number(text)
    if number.adjusted() > 19:
        return OUT_OF_RANGE
    billionths = int(_FLOOR.multiply(number, 10**9))
    times = (billionths // _PER_MICRO[unit] for unit in units)
    return next((time for time in times if EARLIEST <= time < LATEST), OUT_OF_RANGE)


def _not_a_number(text: str) -> str:
    column = pl.Series([text])
    if not written_times.any_in(column):
        return "not_a_number"
    return OUT_OF_RANGE if written_times.micros(column).count() else "not_a_date"
