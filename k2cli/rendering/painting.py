"""Painting of blocks: with Rich on a terminal, as plain aligned text in a pipe or a file.

Plain text is never cut to a width and has no colours or box characters, so that grep and awk find whole words.
"""

import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from k2cli.rendering.blocks import Block, Chart, Sentence, Table
from k2cli.rendering.fitting import GAP, LEAST, fitted, widths
from k2cli.rendering.terminal_chart import draw

if TYPE_CHECKING:
    from rich.console import Console, JustifyMethod

_STYLES = {"plain": "", "good": "green", "warning": "yellow", "bad": "bold red", "command": "cyan", "title": "bold"}


def paint(blocks: Iterable[Block], *, wide: bool = False) -> Iterator[str]:
    """Yield the text of all blocks in the form that suits stdout: a terminal, or a pipe or file.

    Args:
        blocks: The blocks to paint.
        wide: Whether tables keep all their columns even if the terminal is narrower.
    """
    if sys.stdout.isatty():
        yield from _rich(blocks, wide=wide)
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
            ascii_only = block.ascii or not can_draw(sys.stdout.encoding)
            yield from (line + "\n" for line in draw(block.candles, newest=block.newest, ascii_only=ascii_only))


def _plain_table(table: Table) -> Iterator[str]:
    characters = widths(table)
    for line in [[column.name for column in table.columns], *table.rows]:
        cells = zip(line, table.columns, characters, strict=True)
        yield "  ".join(c.rjust(w) if k.right else c.ljust(w) for c, k, w in cells).rstrip() + "\n"


def can_draw(encoding: str | None) -> bool:
    """Whether an encoding has the characters of a chart."""
    try:
        "│┃█▄┊".encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _rich(blocks: Iterable[Block], *, wide: bool) -> Iterator[str]:
    """Yield the text of blocks for a terminal; Rich detects its width and colours and honours NO_COLOR."""
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    for block in blocks:
        with console.capture() as capture:
            match block:
                case Sentence():
                    console.print(Text(block.text, style=_STYLES[block.tone]), soft_wrap=True)
                case Table():
                    shown, said = (block, []) if wide else fitted(block, console.width)
                    _print_table(console, shown)
                    for sentence in said:
                        console.print(Text(sentence, style="dim"))
                case Chart():
                    console.print(Text(block.title, style="bold"))
                    ascii_only = block.ascii or not can_draw(console.encoding)
                    for line in draw(block.candles, newest=block.newest, ascii_only=ascii_only, colour=True):
                        console.print(line, soft_wrap=True)
        yield capture.get()


def _print_table(console: "Console", table: Table) -> None:
    """Print a table at least as wide as its content, because lines wrapped by the terminal read better than cut cells.

    Only columns of sentences wrap within their cells.
    """
    from rich import box
    from rich import table as rich_table
    from rich.text import Text

    shown = rich_table.Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold", padding=(0, 0))
    for column in table.columns:
        justify: JustifyMethod = "right" if column.right else "left"
        shown.add_column(column.name, justify=justify, no_wrap=not column.wraps, overflow="fold")
    for row in table.rows:
        shown.add_row(*(Text(cell) for cell in row))
    characters = zip(widths(table), table.columns, strict=True)
    needed = sum(min(w, LEAST) if column.wraps else w for w, column in characters) + GAP * len(table.columns)
    terminal = console.size
    console.size = terminal._replace(width=max(terminal.width, needed))
    console.print(shown, crop=False)
    console.size = terminal
