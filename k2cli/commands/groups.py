"""Command groups: `k2 status` means `k2 ohlcv status`, and for an unknown command a similar one is suggested."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from typer.core import TyperGroup

from k2cli.session.failures import COMMAND_LINE_ERROR

SHORT = "ohlcv"
"""The group whose name may be left out."""


class Group(TyperGroup):
    """A command group that lets the name of the group `SHORT` be left out and suggests commands for unknown words."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401 - Typer's private types
        """Return the command that the first argument names, and the arguments that remain for it."""
        word = args[0]
        short = self.commands.get(SHORT)
        if word not in self.commands and isinstance(short, TyperGroup) and word in short.commands:
            return SHORT, short, args
        try:
            return super().resolve_command(ctx, args)
        except COMMAND_LINE_ERROR as error:  # type: ignore[misc]
            error.message = f"{ctx.command_path} has no command {word!r}{_meant(word, ctx.find_root().command)}"
            raise


class Root(Group):
    """The top-level group; help lists its commands in the order in which a user needs them, not groups first."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401, ARG002 - Typer's signature, with a private type
        """Names of the commands in the order of the help."""
        order = ("quickstart", SHORT, "trades", "schedule", "prefect", "doctor", "config", "engines")
        return sorted(self.commands, key=lambda name: order.index(name) if name in order else len(order))


def _meant(word: str, root: TyperGroup) -> str:
    """The commands of that name in any group, or of the most similar name, as a question; empty if none is similar."""
    known = dict[str, list[str]]()
    for path in _paths(root, "k2"):
        known.setdefault(path.rpartition(" ")[2], []).append(path)
    near = [word] if word in known else get_close_matches(word, known, n=1)
    return f"; did you mean {' or '.join(known[near[0]])}?" if near else ""


def _paths(group: TyperGroup, path: str) -> Iterator[str]:
    """Yield all commands below a group with their full names, as they are typed."""
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from _paths(command, f"{path} {name}")
        elif not command.hidden:
            yield f"{path} {name}"
