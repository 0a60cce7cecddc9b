"""The metadata file of a table, put back where it is missing or damaged: by an older one, or by a new table."""

import gzip
import json
import zlib
from collections.abc import Iterator

from pydantic import ValidationError as ModelError
from pyiceberg.catalog.sql import IcebergTables, SqlCatalog
from pyiceberg.exceptions import NoSuchTableError, ValidationError
from pyiceberg.io import FileIO, load_file_io
from pyiceberg.io.pyarrow import PyArrowFileIO
from pyiceberg.serializers import FromInputFile, ToOutputFile
from pyiceberg.table.metadata import TableMetadata

from engines.errors import K2Error
from engines.iceberg.catalog import Tables, catalog_errors
from engines.iceberg.listing import listed_files

_GZIP = b"\x1f\x8b"
SUFFIXES = (".metadata.json", ".metadata.json.gz", ".gz.metadata.json")


def metadata_file(tables: Tables, name: str) -> str | None:
    """The path of the metadata file that the catalog names; None if the catalog does not say without reading it.

    Behind REST a server reads it, and there is nothing that we could do.
    """
    from sqlalchemy import select
    from sqlalchemy.orm import Session

    catalog = tables.catalog
    if not isinstance(catalog, SqlCatalog):
        return None
    namespace, _, table = name.rpartition(".")
    wanted = select(IcebergTables.metadata_location).where(
        IcebergTables.catalog_name == catalog.name,
        IcebergTables.table_namespace == namespace,
        IcebergTables.table_name == table,
    )
    with catalog_errors(f"table {name}"), Session(catalog.engine) as session:
        return session.scalar(wanted)


def is_lost(tables: Tables, name: str) -> bool:
    """Whether the metadata file of a table is missing, or no JSON: cut short or overwritten.

    What is JSON somebody wrote so: a version of Iceberg that PyIceberg does not know is no damage.

    Raises:
        Unavailable: The storage does not answer.
    """
    pointer = metadata_file(tables, name)
    if pointer is None:
        return False
    with catalog_errors(f"table {name}"):
        try:
            read_json(load_file_io(tables.catalog.properties, pointer), pointer)
        except (FileNotFoundError, ValueError):
            return True
    return False


def read_json(io: FileIO, path: str) -> object:
    """The content of a metadata file, of whatever version of Iceberg.

    Raises:
        FileNotFoundError: It is missing.
        ValueError: It is no JSON: cut short or overwritten.
    """
    with io.new_input(path).open() as stream:
        content = stream.read()
    try:
        return json.loads(gzip.decompress(content) if content.startswith(_GZIP) else content)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ValueError(f"{path}: {error}") from error


def put_back(tables: Tables, name: str) -> str:
    """Write the newest metadata of a table that can be read in the place of what the catalog names.

    So nothing is asked of the catalog, and a run that is killed leaves either the damaged file or a whole one.

    Returns:
        The path of the file that was copied; empty if there is none that can be read.
    """
    pointer = metadata_file(tables, name)
    if pointer is None:
        return ""
    with catalog_errors(f"table {name}"):
        io = load_file_io(tables.catalog.properties, pointer)
        found = sorted(_older(io, pointer), key=lambda each: each[1].last_updated_ms)
        if not found:
            return ""
        path, metadata = found[-1]
        ToOutputFile.table_metadata(metadata, io.new_output(pointer), overwrite=True)
    return path


def _older(io: FileIO, pointer: str) -> Iterator[tuple[str, TableMetadata]]:
    """Yield the metadata files beside one that can be read."""
    folder = pointer.rpartition("/")[0]
    for path in _listed(io, folder):
        if path == pointer or not path.endswith(SUFFIXES):
            continue
        try:
            yield path, FromInputFile.table_metadata(io.new_input(path))
        except (ValidationError, ModelError, ValueError, EOFError, FileNotFoundError, zlib.error):
            continue


def _listed(io: FileIO, folder: str) -> list[str]:
    """The files in a folder; none where the storage cannot be listed."""
    if not isinstance(io, PyArrowFileIO):
        return []
    return [path for path, _ in listed_files(io, folder, allow_not_found=True)]


def storage_is_there(tables: Tables, name: str) -> bool:
    """Whether the storage of a table can be looked into: its folder, or that beside it, of trades or other candles.

    Where it is not, as a disk that is not mounted, a table that is not found is no table that is lost.
    """
    pointer = metadata_file(tables, name)
    if pointer is None:
        return False
    folder = pointer.rpartition("/metadata/")[0]
    with catalog_errors(f"table {name}"):
        if _listed(load_file_io(tables.catalog.properties, pointer), f"{folder}/metadata"):
            return True
    beside = (tables.names.source, *(tables.names.target(timeframe) for timeframe in tables.names.timeframes))
    for other in beside:
        try:
            table = None if other == name else tables.find(other)
        except K2Error:
            continue
        if table is not None and table.location().rpartition("/")[0] == folder.rpartition("/")[0]:
            return True
    return False


def drop_from_catalog(tables: Tables, name: str) -> None:
    """Take a table without metadata out of the catalog; its files stay."""
    with catalog_errors(f"drop {name}"):
        try:
            tables.catalog.drop_table(name)
        except NoSuchTableError:
            return
