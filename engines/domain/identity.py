"""Identity of a trade: by which columns two rows are told to be the same trade, delivered twice."""

from enum import StrEnum

KEY_IDENTITY = "k2.identity"
"""Property of a source table that k2 made: what its trades are told apart by. Others are read by `ID_TIME`."""


class Identity(StrEnum):
    """What a trade is told apart by from the other trades of its series.

    The copies of a trade lie in one minute under each of them, so that minutes can be folded one by one.
    """

    ID = "id"
    """Its message_id within its minute: where ids are unique in a series, whatever the precision of the times."""

    ID_TIME = "id-time"
    """Its message_id and its time to the microsecond."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that copies of a trade agree in; ``window_start`` is the start of its minute."""
        return ("exchange", "symbol", "window_start" if self is Identity.ID else "timestamp", "message_id")
