"""A metadata file that the catalog names and that is not there: deleted, or moved with the folder of the tables."""

import re
from collections.abc import Mapping
from pathlib import Path

from engines.domain.tables import TableNames
from engines.errors import Unavailable

_NAMED = re.compile(r"'([^']+\.metadata\.json)'")
_TAIL = 4
"""Parts of a path below the warehouse: namespace, table, metadata, file."""


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
    warehouse = properties.get("warehouse", "")
    if path is not None and warehouse.startswith("file:"):
        here = Path("/" + warehouse.removeprefix("file:").lstrip("/"))
        there = Path(*path.parts[:-_TAIL])
        if here != there and here.joinpath(*path.parts[-_TAIL:]).exists():
            cure = f"mkdir -p {there.parent} && ln -s {here} {there}"
            return Unavailable(f"{message}; the tables were moved to {here}", hint=f"move them back, or: {cure}")
    timeframe = next((t for t in names.timeframes if names.target(t) == name), None)
    if timeframe is not None:
        return Unavailable(message, hint=f"k2 ohlcv aggregate {timeframe} makes the table again from the trades")
    return Unavailable(message, hint="bring the table's folder back from a copy: trades cannot be made again")
