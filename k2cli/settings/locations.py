"""Local paths: the default catalog and warehouse, and relative paths made absolute.

A relative path starts from the folder of the file it is written in, or from the working directory when it comes
from an argument or the environment.
"""

from pathlib import Path
from urllib.parse import urlsplit

DATA = "k2-data"
SQLITE = "sqlite:///"
TIMEOUT = "timeout=60"
"""URI parameter for the seconds a writer waits for SQLite's lock, because overlapping runs are normal."""


def default_uri(base: Path) -> str:
    """URI of the catalog when none is set: an SQLite file below a folder."""
    return f"{SQLITE}{base / DATA / 'catalog.db'}?{TIMEOUT}"


def default_warehouse(uri: str) -> str | None:
    """The warehouse when none is set, beside the SQLite file; None for other catalogs, which have their own."""
    file = sqlite_file(uri)
    return _file_uri(file.parent / "warehouse") if file and file.is_absolute() else None


def absolute_uri(uri: str, base: Path) -> str:
    """Return an SQLite URI with an absolute path and a lock timeout; any other URI unchanged."""
    file = sqlite_file(uri)
    if file is None:
        return uri
    query = uri.partition("?")[2]
    if "timeout" not in query:
        query = f"{query}&{TIMEOUT}" if query else TIMEOUT
    return f"{uri.partition('://')[0]}:///{base / file}?{query}"


def absolute_warehouse(warehouse: str, base: Path) -> str:
    """Return the path of a local folder as an absolute file URI; any other URI unchanged."""
    if not warehouse or "://" in warehouse or warehouse.startswith("file:"):
        return warehouse
    return _file_uri((base / Path(warehouse).expanduser()).resolve())


def absolute_path(path: str, base: Path) -> str:
    """Return a local path as an absolute one; a URI and the words ``auto`` and ``none`` unchanged."""
    stays = path in {"", "auto", "none"} or "://" in path or path.startswith("file:")
    return path if stays else str(base / Path(path).expanduser())


def sqlite_file(uri: str) -> Path | None:
    """The file of an SQLite URI (``sqlite:///relative``, ``sqlite:////absolute``); None for memory and other URIs."""
    scheme, found, rest = uri.partition("://")
    path = rest.partition("?")[0]
    if not found or not scheme.lower().startswith("sqlite") or not path.startswith("/"):
        return None
    return None if path in {"/", "/:memory:"} else Path(path[1:])


def local_folder(warehouse: str) -> Path | None:
    """The folder of a local warehouse; None if the warehouse is elsewhere."""
    parts = urlsplit(warehouse)
    if parts.scheme == "file":
        return Path(parts.path)
    return Path(warehouse) if warehouse and not parts.scheme else None


def _file_uri(folder: Path) -> str:
    """Return a folder as a file URI, not percent-encoded, because PyIceberg would create a folder named ``a%20b``."""
    return f"file://{folder}"
