"""Integrity of data and delete files: checked by the digest in the name, else by the page checksums of Parquet."""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping

import pyarrow as pa
import pyarrow.parquet as pq
from pyiceberg.io import FileIO
from pyiceberg.manifest import DataFile, FileFormat
from pyiceberg.table import Table
from pyiceberg.table.puffin import PuffinFile
from pyiceberg.table.snapshots import Snapshot

from engines.iceberg.files import live_entries, manifests
from engines.iceberg.unreadable import reason_of

_DIGEST = re.compile(r"-sha256-([0-9a-f]{32})\.parquet$")


def digest(content: bytes) -> str:
    """The digest in the name of a data file of ours: the first half of the SHA-256 of its bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()[:32]


def data_file_name(number: int, write_id: object, content: bytes) -> str:
    """The name of a data file: Iceberg's usual name with the digest of the file's bytes."""
    return f"00000-{number}-{write_id}-sha256-{digest(content)}.parquet"


def has_digest(path: str) -> bool:
    """Whether a data file was written by this program, as its name says."""
    return _DIGEST.search(path) is not None


def damaged_files(table: Table, snapshot: Snapshot | None) -> tuple[int, dict[str, str]]:
    """The number of live data and delete files of a snapshot, and by path what is wrong with the damaged ones."""
    found = {}
    count = 0
    for file in _files(table, snapshot):
        count += 1
        problem = problem_of(table.io, file)
        if problem:
            found[file.file_path] = problem
    return count, found


def _files(table: Table, snapshot: Snapshot | None) -> Iterator[DataFile]:
    for manifest in manifests(table, snapshot):
        yield from (entry.data_file for entry in live_entries(table, manifest))


def problem_of(io: FileIO, file: DataFile) -> str:
    """Why a file cannot be what was written, by its bytes; empty if nothing shows that."""
    try:
        with io.new_input(file.file_path).open() as stream:
            content = stream.read()
    except FileNotFoundError:
        return "the file is missing"
    if len(content) != file.file_size_in_bytes:
        return f"the file has {len(content)} bytes, {file.file_size_in_bytes} were written"
    named = _DIGEST.search(file.file_path)
    if named is not None:
        return "" if digest(content) == named[1] else "the bytes are not those that were written"
    try:
        found = _ROWS[file.file_format](content) if file.file_format in _ROWS else None
    except (pa.ArrowException, OSError, ValueError, LookupError) as error:
        return reason_of(error)
    return "" if found in (None, file.record_count) else f"the file has {found} rows, {file.record_count} were written"


def _parquet_rows(content: bytes) -> int:
    """The number of rows of a Parquet file of another writer, after all have been read."""
    found = 0
    with pq.ParquetFile(pa.BufferReader(content), page_checksum_verification=True) as parquet:
        for batch in parquet.iter_batches():
            batch.validate(full=True)
            found += batch.num_rows
    return found


def _orc_rows(content: bytes) -> int:
    from pyarrow import orc

    return int(orc.ORCFile(pa.BufferReader(content)).read().num_rows)


def _puffin_rows(content: bytes) -> None:
    """Nothing, for a deletion vector shares its file with others; its frame is looked at."""
    PuffinFile(content)


_ROWS: Mapping[FileFormat, Callable[[bytes], int | None]] = {
    FileFormat.PARQUET: _parquet_rows,
    FileFormat.ORC: _orc_rows,
    FileFormat.PUFFIN: _puffin_rows,
}
