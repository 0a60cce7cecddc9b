"""Where layouts come from: the files beside this one, and files of the users."""

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_args

from pydantic import ValidationError

from engines.errors import UsageError
from k2cli.language.suggestions import did_you_mean
from k2cli.trades.layouts.grammar import COLUMNS, Layout
from k2cli.trades.layouts.sections import Section

SHIPPED = Path(__file__).parent

_SUFFIX = ".toml"


@cache
def shipped() -> Mapping[str, Layout]:
    """The layouts that come with the program, by name."""
    return MappingProxyType({path.stem: read_layout(path) for path in sorted(SHIPPED.glob(f"*{_SUFFIX}"))})


def layouts(folder: Path | None = None) -> Mapping[str, Layout]:
    """All layouts by name: those in a folder of the user's, which go before the ones that come with the program.

    Raises:
        UsageError: The folder is not there, or one of its files is no layout.
    """
    if folder is None:
        return shipped()
    if not folder.is_dir():
        raise UsageError(f"there is no folder {folder}", hint="[trades] layouts in k2.toml names it")
    own = {path.stem: read_layout(path) for path in sorted(folder.glob(f"*{_SUFFIX}"))}
    return MappingProxyType(own | {name: layout for name, layout in shipped().items() if name not in own})


def allowed(name: str | None, folder: Path | None) -> tuple[Layout, ...]:
    """The layouts that files may be in: the one of a name, or all of them.

    Args:
        name: Name of a layout, or path of its file; None: it is to be detected.
        folder: Folder with layouts of the user's, if there is one.

    Raises:
        UsageError: There is no such layout or folder, or a file in it is no layout.
    """
    known = layouts(folder)
    return tuple(known.values()) if name is None else (layout_named(name, known),)


def layout_named(name: str, known: Mapping[str, Layout]) -> Layout:
    """The layout of a name, or in a file: what ends in ``.toml`` is a path.

    Raises:
        UsageError: There is none of that name, or the file is no layout.
    """
    if name.endswith(_SUFFIX):
        return read_layout(Path(name))
    if name not in known:
        raise UsageError(
            f"there is no layout {name!r}", hint=f"{did_you_mean(name, known)} A layout of yours is a path: ./mine.toml"
        )
    return known[name]


def read_layout(path: Path) -> Layout:
    """Read a layout from a file; its name is the file's.

    Raises:
        UsageError: The file cannot be read, or it is no layout; the message names the line.
    """
    try:
        text = path.read_text(encoding="utf-8")
        return Layout(**{"name": path.stem, **tomllib.loads(text)})
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read: {error.strerror}", hint="--layout names a layout or its file"
        ) from None
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not UTF-8 text", hint="save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path} is no TOML: {error}") from None
    except ValidationError as error:
        raise _refusal(path, text, error) from None


def _refusal(path: Path, text: str, error: ValidationError) -> UsageError:
    """The first fault, with the line in which its key is written."""
    fault = error.errors(include_url=False)[0]
    keys = [str(part) for part in fault["loc"] if part != "[key]"]
    message = f"{'.'.join(keys)}: " if keys else ""
    message += fault["msg"].removeprefix("Value error, ")
    hint = "examples/layouts/README.md explains layouts"
    if fault["type"] == "extra_forbidden":
        message, hint = f"unknown key {'.'.join(keys)!r}", did_you_mean(keys[-1], _known(keys[:-1]))
    elif fault["type"] == "literal_error":
        message = f"{'.'.join(keys)} cannot be {fault['input']!r}"
        hint = did_you_mean(str(fault["input"]), COLUMNS if keys[0] in {"columns", "lines"} else _words(fault))
    line = _line(text, keys)
    return UsageError(f"{path}{f', line {line}' if line else ''}: {message}", hint=hint)


def _known(section: list[str]) -> Iterable[str]:
    """The keys of the layout, or of one of its sections."""
    model: type[Section] = Layout
    for name in section:
        if name in model.model_fields:  # and not a name of the user's, as in a table of exchanges
            model = _section(model.model_fields[name].annotation)
    return (name for name in model.model_fields if name != "name")


def _section(annotation: Any) -> type[Section]:  # noqa: ANN401 - as typing has it
    """The section that a key holds, alone or as one of several things."""
    kinds = (annotation, *get_args(annotation))
    return next(kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Section))


def _words(fault: Any) -> Iterable[str]:  # noqa: ANN401 - as pydantic has it
    return [word.strip("' ") for word in fault["ctx"]["expected"].replace(" or ", ", ").split(",")]


def _line(text: str, keys: list[str]) -> int | None:
    """The line that has the last of the keys, looked for from the one that has the first."""
    lines = text.splitlines()
    at: int | None = None
    for key in keys:
        start = at or 0
        found = (n for n in range(start, len(lines)) if lines[n].replace('"', "").strip().lstrip("[").startswith(key))
        at = next(found, at)
    return None if at is None else at + 1
