"""Blocks on the screen: with Rich on a terminal, as plain aligned text in a pipe or a file.

Plain text is never cut to a width, has no colour and no box characters, so that grep and awk find whole words.
"""

import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from k2cli.rendering.blocks import Block, Chart, Sentence, Table
from k2cli.rendering.terminal_chart import draw

if TYPE_CHECKING:
    from rich.console import Console

_STYLES = {"plain": "", "good": "green", "warning": "yellow", "bad": "bold red", "command": "cyan", "title": "bold"}


def paint(blocks: Iterable[Block]) -> Iterator[str]:
    """The text of all blocks, for what stdout is now."""
    if sys.stdout.isatty():
        yield from _rich(blocks)
    else:
        for block in blocks:
            yield from _plain(block)


def _plain(block: Block) -> Iterator[str]:
    match block:
        case Sentence():
            yield block.text + "\n"
        case Table():
            yield from _plain_table(block)
        case Chart():
            yield block.title + "\n"
            yield from (line + "\n" for line in draw(block.candles, ascii_only=not can_draw(sys.stdout.encoding)))


def _plain_table(table: Table) -> Iterator[str]:
    widths = _widths(table)
    for line in [[column.name for column in table.columns], *table.rows]:
        cells = zip(line, table.columns, widths, strict=True)
        yield "  ".join(c.rjust(w) if k.right else c.ljust(w) for c, k, w in cells).rstrip() + "\n"


def _widths(table: Table) -> list[int]:
    return [
        max(len(column.name), *(len(row[place]) for row in table.rows), 0) for place, column in enumerate(table.columns)
    ]


def can_draw(encoding: str | None) -> bool:
    """Whether the block characters of a chart can be written in an encoding."""
    try:
        "│┃█".encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _rich(blocks: Iterable[Block]) -> Iterator[str]:
    """Rich knows the terminal: its width, its colours, and NO_COLOR."""
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    for block in blocks:
        with console.capture() as capture:
            match block:
                case Sentence():
                    console.print(Text(block.text, style=_STYLES[block.tone]), soft_wrap=True)
                case Table():
                    _print_table(console, block)
                case Chart():
                    console.print(Text(block.title, style="bold"))
                    for line in draw(block.candles, ascii_only=not can_draw(console.encoding), colour=True):
                        console.print(line, soft_wrap=True)
        yield capture.get()


def _print_table(console: "Console", table: Table) -> None:
    """Never narrower than its content: a terminal that wraps whole lines hurts less than cells cut in the middle."""
    from rich import box
    from rich import table as rich_table
    from rich.text import Text

    shown = rich_table.Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold", padding=(0, 0))
    for column in table.columns:
        shown.add_column(column.name, justify="right" if column.right else "left", no_wrap=True)
    for row in table.rows:
        shown.add_row(*(Text(cell) for cell in row))
    terminal = console.width
    console.width = max(terminal, sum(_widths(table)) + 4 * len(table.columns))
    console.print(shown, crop=False)
    console.width = terminal
