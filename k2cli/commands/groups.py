"""Command groups: `k2 status` means `k2 ohlcv status`, and for an unknown command a similar one is suggested."""

from collections.abc import Iterator
from difflib import get_close_matches
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_group

from k2cli.commands.help import prepare
from k2cli.session.failures import COMMAND_LINE_ERROR

SHORT = "ohlcv"
"""The group whose name may be left out."""


class Group(TyperGroup):
    """A command group that lets the name of the group `SHORT` be left out and suggests commands for unknown words."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401 - Typer's private types
        """Return the command that the first argument names, and the arguments that remain for it."""
        word = args[0]
        short = self.commands.get(SHORT)
        if word not in self.commands and isinstance(short, TyperGroup) and word in short.list_commands(ctx):
            return SHORT, short, args
        try:
            return super().resolve_command(ctx, args)
        except COMMAND_LINE_ERROR as error:  # type: ignore[misc]
            error.message = f"{ctx.command_path} has no command {word!r}{_meant(word, ctx)}"
            raise

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - the same
        """Write the help."""
        prepare()
        super().format_help(ctx, formatter)


class Late(Group):
    """A group whose commands are imported and made once they are looked at, which a line of another group spares.

    The module of its name in this folder has a function `register` that adds them.
    """

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401 - the same
        """Names of the commands."""
        self._make()
        return super().list_commands(ctx)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401 - the same
        """Return the command of a name."""
        self._make()
        return super().get_command(ctx, cmd_name)

    def _make(self) -> None:
        if not self.commands:
            app = typer.Typer()
            import_module(f"k2cli.commands.{self.name}").register(app)
            self.commands.update(get_group(app).commands)


class Root(Group):
    """The top-level group; help lists its commands in the order in which a user needs them, not groups first."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401, ARG002 - Typer's signature, with a private type
        """Names of the commands in the order of the help."""
        order = ("quickstart", SHORT, "trades", "schedule", "prefect", "doctor", "config", "engines")
        return sorted(self.commands, key=lambda name: order.index(name) if name in order else len(order))


def _meant(word: str, ctx: Any) -> str:  # noqa: ANN401 - the same
    """The commands of that name in any group, or of the most similar name, as a question; empty if none is similar."""
    known = dict[str, list[str]]()
    for path in _paths(ctx.find_root().command, "k2", ctx):
        known.setdefault(path.rpartition(" ")[2], []).append(path)
    near = [word] if word in known else get_close_matches(word, known, n=1)
    return f"; did you mean {' or '.join(known[near[0]])}?" if near else ""


def _paths(group: TyperGroup, path: str, ctx: Any) -> Iterator[str]:  # noqa: ANN401 - the same
    """Yield all commands below a group with their full names, as they are typed."""
    for name in group.list_commands(ctx):
        command = group.get_command(ctx, name)
        if isinstance(command, TyperGroup):
            yield from _paths(command, f"{path} {name}", ctx)
        elif command is not None and not command.hidden:
            yield f"{path} {name}"
