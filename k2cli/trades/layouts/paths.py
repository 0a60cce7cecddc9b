"""Paths to the rows of a JSON document."""

from collections.abc import Sequence

EACH = "*"
"""Stands for each element of a list."""

SYMBOL = "{symbol}"


def told_by_path(pattern: str, path: Sequence[str]) -> dict[str, str] | None:
    """What a path says, by a layout's pattern: the symbol, if there is one in it; None if they do not fit.

    Args:
        pattern: Keys between dots; ``{symbol}`` stands for any key.
        path: The keys that lead to the rows.
    """
    keys = pattern.split(".") if pattern else []
    if len(keys) != len(path):
        return None
    told: dict[str, str] = {}
    for key, found in zip(keys, path, strict=True):
        if key == SYMBOL and found != EACH:
            told["symbol"] = found
        elif key != found:
            return None
    return told
