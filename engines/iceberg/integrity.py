"""Data files against what was written: by the digest in the name, else by the checksums of the pages."""

import hashlib
import re

import pyarrow as pa
import pyarrow.parquet as pq
from pyiceberg.io import FileIO
from pyiceberg.table import Table
from pyiceberg.table.snapshots import Snapshot

from engines.iceberg.files import live_files

_DIGEST = re.compile(r"-sha256-([0-9a-f]{32})\.parquet$")


def digest(content: bytes) -> str:
    """What a data file of ours has in its name: half of the SHA-256 of its bytes."""
    return hashlib.sha256(content).hexdigest()[:32]


def data_file_name(number: int, write_id: object, content: bytes) -> str:
    """The name of a data file: Iceberg's usual one, and the digest of its bytes."""
    return f"00000-{number}-{write_id}-sha256-{digest(content)}.parquet"


def damaged_files(table: Table, snapshot: Snapshot | None) -> dict[str, str]:
    """The live data files that are missing or not what was written, by path, with what is wrong."""
    found = {}
    for file in live_files(table, snapshot):
        problem = _problem(table.io, file.file_path, file.file_size_in_bytes)
        if problem:
            found[file.file_path] = problem
    return found


def _problem(io: FileIO, path: str, size: int) -> str:
    try:
        with io.new_input(path).open() as stream:
            content = stream.read()
    except FileNotFoundError:
        return "the file is missing"
    if len(content) != size:
        return f"the file has {len(content)} bytes, {size} were written"
    named = _DIGEST.search(path)
    if named is not None:
        return "" if digest(content) == named[1] else "the bytes are not those that were written"
    try:
        pq.read_table(pa.BufferReader(content), page_checksum_verification=True)
    except (pa.ArrowException, OSError) as error:
        return str(error).splitlines()[0]
    return ""
