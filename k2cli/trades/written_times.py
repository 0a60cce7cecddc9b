"""Times that are written out: ISO 8601, as exchanges and tools vary it.

``2023-11-14T22:13:20.77Z``, with a blank or BitMEX's ``D`` for the ``T``, with any number of digits of a second, with
an offset (``+01:00``, ``+0100``, ``+01``), with ``UTC`` for the ``Z``, or without a zone: then it is UTC.
"""

import polars as pl

_DATE_TIME = r"([0-9]{4}-[0-9]{2}-[0-9]{2})[TtD ]([0-9]{2}:[0-9]{2}:[0-9]{2})(?:[.,]([0-9]+))?"
_ZONE = r" ?(Z|z|UTC|GMT|([+-])([01][0-9]|2[0-3])(?::?([0-5][0-9]))?)?"
_WRITTEN = rf"^{_DATE_TIME}{_ZONE}$"
_MINUTE = 60_000_000


def any_in(texts: pl.Series) -> bool:
    """Whether one of the texts is written as a time, whether or not there is such a date."""
    return bool(texts.str.contains(_WRITTEN).any())


def zoneless(texts: pl.Series) -> bool:
    """Whether one of the texts is a time without a zone."""
    return bool(texts.str.contains(rf"^{_DATE_TIME}$").any())


def micros(texts: pl.Series) -> pl.Series:
    """Int64 microseconds since the epoch, finer digits cut off; null for other texts, and for no dates."""
    parts = (
        pl.DataFrame({"text": texts}).select(pl.col("text").str.extract_groups(_WRITTEN).alias("part")).unnest("part")
    )
    date, time, fraction, _, sign, hours, minutes = (parts.to_series(index) for index in range(7))
    whole = (date + "T" + time).str.to_datetime("%Y-%m-%dT%H:%M:%S", strict=False, time_unit="us").cast(pl.Int64)
    digits = fraction.str.slice(0, 6).str.pad_end(6, "0").cast(pl.Int64).fill_null(0)
    away = (hours.cast(pl.Int64) * 60 + minutes.cast(pl.Int64).fill_null(0)).fill_null(0) * _MINUTE
    east = pl.select(pl.when(sign == "-").then(-away).otherwise(away)).to_series()
    return whole + digits - east
