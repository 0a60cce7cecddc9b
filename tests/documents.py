"""Markdown of ours as the tests read it: its blocks of code with what a comment above says of them, its links."""

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
        language: What stands behind the backticks.
        text: Its lines.
        line: Where it stands.
        chapter: The nearest heading of the second rank above it.
        marks: What the HTML comment right above it says: ``<!-- exit: 2; says: fence -->``.
    """

    language: str
    text: str
    line: int
    chapter: str
    marks: dict[str, str]


def tokens(path: Path) -> list[Token]:
    """The document, parsed."""
    return _READER.parse(path.read_text(encoding="utf-8"))


def blocks(path: Path) -> Iterator[Block]:
    """The blocks of code, in their order."""
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
    """The addresses of all links and pictures."""
    for token in tokens(path):
        for part in token.children or ():
            address = part.attrGet("href") or part.attrGet("src")
            if address:
                yield str(address)


def anchors(path: Path) -> set[str]:
    """The places in a document that a link may name, as GitHub makes them of headings."""
    parsed = tokens(path)
    headings = (
        following.content
        for token, following in zip(parsed, [*parsed[1:], None], strict=True)
        if token.type == "heading_open" and following is not None
    )
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
