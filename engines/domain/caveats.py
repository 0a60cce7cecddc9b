"""What everybody should know who relies on numbers made from a source: where its columns say less than ours would."""

from dataclasses import dataclass

from engines.domain.reading import Reading

_WITHOUT_ZONE = ("timestamp", "timestamp_ns")


@dataclass(frozen=True, slots=True, kw_only=True)
class Caveats:
    """What a source leaves to be taken for granted.

    Attributes:
        floats: Our names of columns that are floats of 64 bits: each stands for the decimal that it was printed as.
        times_without_zone: Whether the times have no zone, so that they are taken for UTC.
        without_ids: Whether the trades have no ids, so that none is recognised as delivered twice.
    """

    floats: tuple[str, ...] = ()
    times_without_zone: bool = False
    without_ids: bool = False


def caveats_of(reading: Reading) -> Caveats:
    """The caveats of a source that is read in this way."""
    return Caveats(
        floats=tuple(name for name, column in reading.columns.items() if column.type == "double"),
        times_without_zone=reading.time.type in _WITHOUT_ZONE,
        without_ids=reading.without_ids,
    )
