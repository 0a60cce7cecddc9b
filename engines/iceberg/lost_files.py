"""A metadata file that the catalog names and that is not there: deleted, or moved with the folder of the tables."""

import re
from collections.abc import Mapping
from pathlib import Path

from engines.domain.tables import TableNames
from engines.errors import Unavailable

_NAMED = re.compile(r"'([^']+\.metadata\.json)'")
_TAIL = 4
"""Parts of a path below the warehouse: namespace, table, metadata, file."""


def local_warehouse(properties: Mapping[str, str]) -> Path | None:
    """The folder of a warehouse on this machine; None for others."""
    warehouse = properties.get("warehouse", "")
    return Path("/" + warehouse.removeprefix("file:").lstrip("/")) if warehouse.startswith(("file:", "/")) else None


def below_warehouse(path: Path) -> tuple[Path, Path]:
    """The warehouse in which a metadata file lies, and the rest of its path."""
    return Path(*path.parts[:-_TAIL]), Path(*path.parts[-_TAIL:])


def lost_metadata(name: str, error: FileNotFoundError, names: TableNames, properties: Mapping[str, str]) -> Unavailable:
    """The error of a table whose metadata file is missing, with what brings it back.

    Args:
        name: Full name of the table.
        error: What the storage says, which names the file.
        names: Names of the tables.
        properties: Properties of the catalog.
    """
    found = _NAMED.search(str(error))
    path = Path(found.group(1)) if found else None
    message = f"table {name}: its metadata file is missing: {path or error}"
    here = local_warehouse(properties)
    if path is not None and here is not None:
        there, tail = below_warehouse(path)
        if here != there and (here / tail).exists():
            cure = f"mkdir -p {there.parent} && ln -s {here} {there}"
            return Unavailable(f"{message}; the tables were moved to {here}", hint=f"move them back, or: {cure}")
    timeframe = next((t for t in names.timeframes if names.target(t) == name), None)
    if timeframe is not None:
        return Unavailable(message, hint=f"k2 ohlcv aggregate {timeframe} makes the table again from the trades")
    return Unavailable(message, hint="bring the table's folder back from a copy: trades cannot be made again")
