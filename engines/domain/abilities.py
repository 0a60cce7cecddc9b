"""What an engine can read of the tables that others write."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Abilities:
    """What an engine can read; its class declares it, see `engines.base.Engine`.

    Attributes:
        equality_deletes: Rows deleted by value.
        avro: Data files in Avro.
        nanoseconds: Times of the types timestamp_ns and timestamptz_ns.
    """

    equality_deletes: bool
    avro: bool
    nanoseconds: bool
