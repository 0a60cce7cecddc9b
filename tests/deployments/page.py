"""The page on clusters, by its blocks of code: the tests run what users are told to write."""

import re
from collections.abc import Mapping
from pathlib import Path

PAGE = Path(__file__).parents[2] / "examples" / "cluster.md"
_BLOCK = re.compile(r"^```(\w+)\n# (.+?)\n(.*?)^```", re.DOTALL | re.MULTILINE)


def block(language: str, title: str, places: Mapping[str, str] | None = None) -> str:
    """A block by its title, which is its first line.

    Args:
        language: What stands behind the backticks.
        title: The first line, without its comment sign.
        places: Example address to the real one; each has to occur.
    """
    blocks = {(found[1], found[2]): found[3] for found in _BLOCK.finditer(PAGE.read_text(encoding="utf-8"))}
    text = blocks[language, title]
    for example, real in (places or {}).items():
        assert example in text
        text = text.replace(example, real)
    return text
