"""Identity of a trade: by which columns two rows are told to be the same trade, delivered twice."""

from collections.abc import Collection
from enum import StrEnum

KEY_IDENTITY = "k2.identity"
"""Property of a source table that k2 made: what its trades are told apart by. Others are read by `ID_TIME`."""

RANK = (
    "ingestion_timestamp",
    "platform_sequence",
    "timestamp",
    "nanosecond",
    "price",
    "quantity",
    "side",
    "source_sequence",
)
"""Columns by which copies of a trade are ranked: the greatest counts, null is the least."""


class Identity(StrEnum):
    """What a trade is told apart by from the other trades of its series.

    The copies of a trade lie in one minute under each of them, so that minutes can be folded one by one.
    """

    ID = "id"
    """Its message_id within its minute: where ids are unique in a series, whatever the precision of the times."""

    ID_TIME = "id-time"
    """Its message_id and its time to the microsecond."""

    NONE = "none"
    """Nothing: the trades have no ids, and none is recognised as delivered twice."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that copies of a trade agree in, none if there are no copies; ``window_start`` is its minute."""
        if self is Identity.NONE:
            return ()
        return ("exchange", "symbol", "window_start" if self is Identity.ID else "timestamp", "message_id")

    def order(self, columns: Collection[str] = ()) -> tuple[str, ...]:
        """The columns by which the trades of a series are ordered, null first; trades that tie in all are alike.

        Args:
            columns: Names of the columns that the trades have: ``nanosecond`` is one of some sources only.
        """
        finer = ("nanosecond",) if "nanosecond" in columns else ()
        return "timestamp", *finer, "source_sequence", "price" if self is Identity.NONE else "message_id"
