"""Reads our Markdown documents for tests: code blocks with the marks in the comments above them, links and anchors."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parents[1]
_READER = MarkdownIt("commonmark").enable("table")


@dataclass(frozen=True)
class Block:
    """A block of code.

    Attributes:
        language: The text behind the opening backticks.
        text: The code.
        line: Number of the line with the opening backticks.
        chapter: The nearest heading of level 2 above it.
        marks: Keys and values in the HTML comment right above it: ``<!-- exit: 2; says: fence -->``.
    """

    language: str
    text: str
    line: int
    chapter: str
    marks: dict[str, str]


def tokens(path: Path) -> list[Token]:
    """The tokens of a document."""
    return _READER.parse(path.read_text(encoding="utf-8"))


def blocks(path: Path) -> Iterator[Block]:
    """Yield the code blocks of a document, in their order."""
    chapter, marks = "", dict[str, str]()
    parsed = tokens(path)
    for token, following in zip(parsed, [*parsed[1:], None], strict=True):
        if token.type == "heading_open" and token.tag == "h2" and following is not None:
            chapter = following.content
        if token.type == "fence":
            yield Block(token.info, token.content, (token.map or [0])[0] + 1, chapter, marks)
        marks = _marks(token.content) if token.type == "html_block" else {}


def _marks(comment: str) -> dict[str, str]:
    said = comment.strip().removeprefix("<!--").removesuffix("-->")
    pairs = (part.partition(":") for part in said.split(";"))
    return {name.strip(): value.strip() for name, _, value in pairs}


def links(path: Path) -> Iterator[str]:
    """Yield the addresses of all links and images."""
    for token in tokens(path):
        for part in token.children or ():
            address = part.attrGet("href") or part.attrGet("src")
            if address:
                yield str(address)


def anchors(path: Path) -> set[str]:
    """The anchors of a document's headings, as GitHub forms them."""
    parsed = tokens(path)
    headings = (
        following.content
        for token, following in zip(parsed, [*parsed[1:], None], strict=True)
        if token.type == "heading_open" and following is not None
    )
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
