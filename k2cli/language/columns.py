"""How a table of trades is read, in words: its columns, and what tells one trade from another."""

from engines.domain.decimals import Decimals, Figure
from engines.domain.identity import Identity
from engines.domain.mapping import Inexact
from engines.domain.reading import TIMESTAMPS, Reading, SourceColumn, exactly
from engines.domain.tables import TRADES_READ

_WANTED = {column.name: column.type for column in TRADES_READ}
_INEXACT = {
    Inexact.REFUSE: "refused unless exact",
    Inexact.REJECT: "left out unless exact",
    Inexact.ROUND: "rounded half up",
}


_MEANING = {
    Identity.ID: "id: one message_id in a minute of a series is one trade",
    Identity.ID_TIME: "id-time: one message_id at one time in a series is one trade, to the microsecond",
    Identity.NONE: "none: there are no ids, each row is a trade of its own",
}


def meaning(identity: Identity) -> str:
    """What trades are told apart by, by its name and in words."""
    return _MEANING[identity]


def how_read(column: SourceColumn, reading: Reading, *, unit_told: bool) -> str:
    """How a column is made into ours.

    Args:
        column: What our column is made from.
        reading: How the table is read.
        unit_told: Whether the settings tell the unit of times that are numbers; if not, it was found.
    """
    if not column.column:
        return _without(column, reading)
    if column.name == "timestamp":
        return _time(column, reading, unit_told=unit_told)
    wanted = _WANTED[column.name]
    if isinstance(wanted, Figure):
        return _amount(column, reading.scale.decimals(wanted), reading)
    if column.buy:
        return f"buy: {', '.join(column.buy)}; sell: {', '.join(column.sell)}"
    if column.name == "side":
        return "buy and sell, in any case"
    return "as it is" if column.type == wanted else f"as {'text' if wanted == 'string' else 'a number'}"


def _without(column: SourceColumn, reading: Reading) -> str:
    if column.name == "message_id" and reading.without_ids:
        return "there are no ids: nothing is recognised as delivered twice"
    return "not there" if column.value is None else f"always {column.value}"


def _time(column: SourceColumn, reading: Reading, *, unit_told: bool) -> str:
    cut = ", cut to microseconds; the rest decides the order" if reading.has_nanoseconds else ""
    if column.type in TIMESTAMPS:
        zoned = str(column.type).startswith("timestamptz")
        return ("as it is" if zoned else "taken for UTC") + cut
    return f"{reading.unit.words}, {'as set' if unit_told else 'found from the numbers'}{cut}"


def _amount(column: SourceColumn, wanted: Decimals, reading: Reading) -> str:
    if exactly(column.type, wanted):
        return "as it is"
    told = "a float, as the decimal that it was printed as; " if column.type == "double" else ""
    return f"{told}{_INEXACT[reading.inexact]} to {wanted.scale} places"
