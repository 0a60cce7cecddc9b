"""Which file is at fault when rows of a table cannot be read: the files are read one by one, their bytes first."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from itertools import accumulate

from pyiceberg.io.pyarrow import ArrowScan
from pyiceberg.manifest import DataFile, DataFileContent, FileFormat
from pyiceberg.table import FileScanTask, Table

from engines.errors import K2Error, Unavailable, UsageError
from engines.iceberg.abilities import AVRO
from engines.iceberg.catalog import catalog_errors
from engines.iceberg.files import live_entries, manifests
from engines.iceberg.integrity import problem_of
from engines.iceberg.unreadable import name_of, reason_of, remedy, unreadable

_MOST_FILES = 1_000
_MOST_BYTES = 1 << 30
"""Limits of what is looked at after an error."""
_NAMED_BY = 24
"""Number of characters at the end of a path by which an error names a file."""
_LIBRARIES = ("polars", "pyarrow", "pyiceberg", "pyo3_runtime", "duckdb", "_duckdb")


@contextmanager
def reading_rows(table: Table, snapshot_id: int, paths: Collection[str] | None) -> Iterator[None]:
    """Name the table and the file in whatever goes wrong while rows of a snapshot are read in this process.

    Args:
        table: The table.
        snapshot_id: The snapshot.
        paths: Paths of the data files that are read; None: all.
    """
    try:
        with catalog_errors(f"read {name_of(table)}"):
            yield
    except Unavailable as error:
        raise diagnosis(table, snapshot_id, paths, error) or error from error
    except (K2Error, MemoryError):
        raise
    except BaseException as error:
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":  # how Polars ends in Rust
            raise
        ours = diagnosis(table, snapshot_id, paths, error) or _avro(table, snapshot_id, paths)
        if ours is None and _is_a_librarys(error):
            ours = unreadable(table, "its rows", reason_of(error))
        if ours is None:
            raise
        raise ours from error


def reading_head(table: Table, paths: Collection[str] | None = None) -> AbstractContextManager[None]:
    """The same for rows of the current snapshot."""
    head = table.current_snapshot()
    return nullcontext() if head is None else reading_rows(table, head.snapshot_id, paths)


def diagnosis(table: Table, snapshot_id: int, paths: Collection[str] | None, error: BaseException) -> K2Error | None:
    """The error that names the first file that is missing or cannot be read; None if each can be read alone.

    Files that the error names are looked at first, and of others only so many that it takes minutes at most: where a
    storage is slow to answer, thousands of files may be as they should.

    Args:
        table: The table.
        snapshot_id: The snapshot.
        paths: Paths of the data files that were to be read; None: all.
        error: What reading ended with.
    """
    # Where the storage does not answer, there is no telling which file is at fault.
    with suppress(OSError, K2Error):
        files = _suspects(_files(table, snapshot_id, paths), str(error))
        for file in files:
            if not table.io.new_input(file.file_path).exists():
                return Unavailable(f"table {name_of(table)}: {_told(file)} is missing", hint=remedy(table))
        for file, problem in _problems(table, snapshot_id, files):
            return unreadable(table, _told(file), problem)
    return None


def _suspects(files: Iterable[DataFile], said: str) -> list[DataFile]:
    """The files to look at, those first that an error names; some libraries cut the beginning of a path."""
    ordered = sorted(files, key=lambda file: file.file_path[-_NAMED_BY:] not in said)
    ordered = ordered[:_MOST_FILES]
    sizes = accumulate(file.file_size_in_bytes for file in ordered)
    return [file for file, size in zip(ordered, sizes, strict=True) if size <= _MOST_BYTES or file is ordered[0]]


def _told(file: DataFile) -> str:
    return f"the {'data' if file.content == DataFileContent.DATA else 'delete'} file {file.file_path}"


def _files(table: Table, snapshot_id: int, paths: Collection[str] | None) -> list[DataFile]:
    """The data files with these paths, and all delete files of the snapshot."""
    found = (
        entry.data_file
        for manifest in manifests(table, table.metadata.snapshot_by_id(snapshot_id))
        for entry in live_entries(table, manifest)
    )
    wanted = None if paths is None else set(paths)
    return [f for f in found if wanted is None or f.content != DataFileContent.DATA or f.file_path in wanted]


def _problems(table: Table, snapshot_id: int, files: Collection[DataFile]) -> Iterator[tuple[DataFile, str]]:
    """Yield the files that cannot be read, by their bytes, and then by PyIceberg with the deletes of their rows."""
    for file in files:
        if problem := problem_of(table.io, file):
            yield file, problem
    scan = table.scan(snapshot_id=snapshot_id)
    reader = ArrowScan(table.metadata, table.io, scan.projection(), scan.row_filter)
    wanted = {file.file_path for file in files if file.file_format in (FileFormat.PARQUET, FileFormat.ORC)}
    for task in scan.plan_files():
        if task.file.file_path in wanted and (problem := _problem(reader, task)):
            yield task.file, problem


def _problem(reader: ArrowScan, task: FileScanTask) -> str:
    try:
        for _ in reader.to_record_batches([task]):
            pass
    except OSError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever PyIceberg cannot read is to be told
        return reason_of(error)
    return ""


def _avro(table: Table, snapshot_id: int, paths: Collection[str] | None) -> K2Error | None:
    with suppress(OSError, K2Error):
        for file in _files(table, snapshot_id, paths):
            if file.file_format == FileFormat.AVRO:
                what = f"table {name_of(table)}: {_told(file)} is in Avro, which this engine does not read"
                return UsageError(what, hint=AVRO)
    return None


def _is_a_librarys(error: BaseException) -> bool:
    """Whether an error is of a kind that a library for tables defines, or was raised inside of one."""
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    where = "" if frame is None else str(frame.tb_frame.f_globals.get("__name__", ""))
    return any(module.split(".")[0] in _LIBRARIES for module in (type(error).__module__, where))
