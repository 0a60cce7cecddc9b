"""Places on this machine: the default catalog, and relative paths made absolute.

A relative path is meant from the folder of the file it is written in, or from the working directory when it comes
from a flag or the environment.
"""

from pathlib import Path
from urllib.parse import urlsplit

DATA = "k2-data"
SQLITE = "sqlite:///"
TIMEOUT = "timeout=60"
"""Seconds a writer waits for SQLite's lock: several runs at once are ordinary."""


def default_uri(base: Path) -> str:
    """The catalog when none is set."""
    return f"{SQLITE}{base / DATA / 'catalog.db'}?{TIMEOUT}"


def default_warehouse(uri: str) -> str | None:
    """The warehouse when none is set: beside the SQLite file. Other catalogs have their own."""
    file = sqlite_file(uri)
    return _file_uri(file.parent / "warehouse") if file and file.is_absolute() else None


def absolute_uri(uri: str, base: Path) -> str:
    """A SQLite URI with an absolute path and a lock timeout; any other URI as it is."""
    file = sqlite_file(uri)
    if file is None:
        return uri
    query = uri.partition("?")[2]
    if "timeout" not in query:
        query = f"{query}&{TIMEOUT}" if query else TIMEOUT
    return f"{uri.partition('://')[0]}:///{base / file}?{query}"


def absolute_warehouse(warehouse: str, base: Path) -> str:
    """A folder on this machine as a file URI; a URI of any other storage as it is."""
    if not warehouse or "://" in warehouse or warehouse.startswith("file:"):
        return warehouse
    return _file_uri((base / Path(warehouse).expanduser()).resolve())


def absolute_path(path: str, base: Path) -> str:
    """A path on this machine as an absolute one; a URI and the words in the place of a path as they are."""
    stays = path in {"", "auto", "none"} or "://" in path or path.startswith("file:")
    return path if stays else str(base / Path(path).expanduser())


def sqlite_file(uri: str) -> Path | None:
    """The file of a SQLite URI (``sqlite:///relative``, ``sqlite:////absolute``); None for others and for memory."""
    scheme, found, rest = uri.partition("://")
    path = rest.partition("?")[0]
    if not found or not scheme.lower().startswith("sqlite") or not path.startswith("/"):
        return None
    return None if path in {"/", "/:memory:"} else Path(path[1:])


def local_folder(warehouse: str) -> Path | None:
    """The folder of a warehouse on this machine."""
    parts = urlsplit(warehouse)
    if parts.scheme == "file":
        return Path(parts.path)
    return Path(warehouse) if warehouse and not parts.scheme else None


def _file_uri(folder: Path) -> str:
    """Not percent-encoded: PyIceberg takes the path as it stands, and would make a folder named ``a%20b``."""
    return f"file://{folder}"
