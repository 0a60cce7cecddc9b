"""Names of files: which are tables, which stay aside, and what the folders around a table say of it."""

from collections.abc import Mapping
from pathlib import PurePath, PurePosixPath
from types import MappingProxyType
from urllib.parse import unquote

SUFFIXES = (".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".parquet", ".feather", ".arrow", ".ipc")
"""How names of tables end; a suffix of a compression may follow."""

_TEXT = ".txt"
_NOTES = {_TEXT, ".md", ".rst", ".pdf", ".html", ".htm", ".checksum", ".sha256", ".md5", ".sig", ".asc"}
_NAMES_OF_NOTES = {"readme", "license", "checksum", "thumbs.db", "desktop.ini"}
_COMPRESSED = {".gz", ".zst", ".zstd", ".bz2", ".xz"}
_ARCHIVES = {".zip", ".tar", ".tgz", ".tzst", ".tbz2", ".txz"}
_NULL = "__HIVE_DEFAULT_PARTITION__"


def suffix_of(name: str) -> str:
    """The suffix that tells the kind of a file, in small letters: without that of its compression."""
    path = PurePosixPath(name.lower())
    return (path.with_suffix("") if path.suffix in _COMPRESSED else path).suffix


def is_hidden(path: PurePath) -> bool:
    """Whether a file, or a folder around it, is hidden or a mark of the program that wrote it, such as ``_SUCCESS``."""
    return any(part.startswith((".", "_")) and "=" not in part and part != ".." for part in path.parts)


def is_note(path: PurePath) -> bool:
    """Whether a file that is no table certainly has no trades in it: a text about them, a checksum, or hidden."""
    return is_hidden(path) or path.suffix.lower() in _NOTES or path.name.lower() in _NAMES_OF_NOTES


def tables_among(names: list[str], *, archives: bool) -> list[str]:
    """The names of tables, in their order; ``.txt`` is one only where nothing else is: beside tables it is a note.

    Args:
        names: Paths below a folder or in an archive.
        archives: Whether archives count as tables.
    """
    shown = [name for name in names if not is_hidden(PurePosixPath(name))]
    wanted = {*SUFFIXES, *(_ARCHIVES if archives else ())}
    tables = [name for name in shown if suffix_of(name) in wanted]
    return [name for name in tables if suffix_of(name) != _TEXT] or tables


def keys_of(path: PurePath) -> Mapping[str, str]:
    """What the folders around a file say, as Hive names them: ``symbol=BTCUSDT/day=2024-01-01/part-0.parquet``."""
    pairs = (part.split("=", 1) for part in path.parts[:-1] if "=" in part[1:])
    return MappingProxyType({key: unquote(value) for key, value in pairs if value and value != _NULL})
