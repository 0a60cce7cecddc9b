"""Output options of other programs, such as ``--json``, and their equivalent in k2: ``--output``."""

import shlex
from collections.abc import Sequence

FORMATS = ("table", "json", "csv", "ndjson", "log")
"""Values that `--output` accepts."""

_BY_VALUE = ("format", "out", "output-format")
"""Options whose value is the format; any other option is itself the name of a format."""


def translated(arguments: Sequence[str], option: str) -> str:
    """The whole command line with an unknown option replaced by ``--output``; empty if it does not name a format.

    Args:
        arguments: The command line, without ``k2``.
        option: The option that k2 does not know, for example ``--json`` or ``--format``.
    """
    word = option.lstrip("-")
    place = next((n for n, argument in enumerate(arguments) if argument.partition("=")[0] == option), None)
    if place is None or word not in (*FORMATS, *_BY_VALUE):
        return ""
    before, after = arguments[:place], list(arguments[place + 1 :])
    wanted = arguments[place].partition("=")[2] if word in _BY_VALUE else word
    if not wanted and after and not after[0].startswith("-"):
        wanted = after.pop(0)
    return shlex.join(["k2", *before, "--output", wanted if wanted in FORMATS else "json", *after])
