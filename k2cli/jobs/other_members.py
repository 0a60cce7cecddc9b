"""Members of archives that are no tables: all are said, and those that may hold trades are a question."""

from collections.abc import Iterable

from engines.errors import ValidationFailed
from k2cli.trades import TradeFile

_SHOWN = 3


def other_members(file: TradeFile) -> str:
    """A word about what is not read; empty if there is nothing of the kind."""
    if not file.others:
        return ""
    number = len(file.others)
    are = "member is no table, and" if number == 1 else "members are no tables, and"
    return f"{number} {are} left out: {_listed(file.doubtful or file.others, number)}"


def refuse_doubtful(files: Iterable[TradeFile]) -> None:
    """Refuse archives with members that may well hold trades, and would be left out.

    Raises:
        ValidationFailed: There is one.
    """
    for file in files:
        if file.doubtful:
            raise ValidationFailed(
                f"nothing was imported: of {file.path} these members would be left out, and they may hold trades:"
                f" {_listed(file.doubtful, len(file.doubtful))}",
                hint="unpack it and name the files, or import the others with --allow-rejects",
            )


def _listed(names: tuple[str, ...], number: int) -> str:
    return ", ".join(names[:_SHOWN]) + (", ..." if number > len(names[:_SHOWN]) else "")
