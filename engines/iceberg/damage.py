"""Which files of a candle table are missing or damaged: looked for after an error, or where all is read anyway."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyiceberg.io.pyarrow import PyArrowFileIO
from pyiceberg.manifest import DataFile, DataFileContent
from pyiceberg.table import Table
from pyiceberg.table.snapshots import Snapshot

from engines.errors import Unavailable, ValidationFailed
from engines.iceberg.catalog import Tables, catalog_errors
from engines.iceberg.files import live_entries, live_files, manifests
from engines.iceberg.integrity import problem_of
from engines.iceberg.listing import listed_files
from engines.iceberg.maintenance import normalised

MISSING = "the file is missing"


@dataclass(frozen=True, slots=True)
class Damage:
    """What of a candle table's head is missing or damaged.

    Attributes:
        found: The first of it, in words.
        history: Whether that is its manifest list, a manifest or a delete file: then it is not known what the head was.
        files: Otherwise the data files.
    """

    found: str
    history: bool = False
    files: tuple[DataFile, ...] = ()


def damage_of(table: Table, *, deep: bool) -> Damage | None:
    """What is missing or damaged at the head of a table; None if nothing is.

    Args:
        table: The table.
        deep: Whether to look at all bytes of data files, too; otherwise only whether they are there.

    Raises:
        Unavailable: The storage does not answer.
    """
    head = table.current_snapshot()
    if found := unreadable_history(table, head):
        return Damage(found, history=True)
    live = live_files(table, head)
    problems = dict.fromkeys(missing_files(table, [file.file_path for file in live]), MISSING)
    if deep:
        here = (file for file in live if file.file_path not in problems)
        problems |= {file.file_path: problem for file in here if (problem := problem_of(table.io, file))}
    if not problems:
        return None
    first, problem = next(iter(problems.items()))
    return Damage(f"{first}: {problem}", files=tuple(file for file in live if file.file_path in problems))


def unreadable_history(table: Table, snapshot: Snapshot | None) -> str:
    """Why it cannot be told what a snapshot holds, by its manifests and its delete files; empty if it can.

    Raises:
        Unavailable: The storage does not answer.
    """
    try:
        deletes = [file for file in _files(table, snapshot) if file.content != DataFileContent.DATA]
    except ValidationFailed as error:
        return error.message
    except Unavailable as error:
        if isinstance(error.__cause__, FileNotFoundError):
            return error.message
        raise
    found = ((file.file_path, problem_of(table.io, file)) for file in deletes)
    return next((f"the delete file {path}: {problem}" for path, problem in found if problem), "")


def lost_files(tables: Tables) -> dict[str, tuple[str, ...]]:
    """The data files of candle tables that are not in the storage, by table."""
    found = {}
    for timeframe in tables.names.timeframes:
        name = tables.names.target(timeframe)
        table = tables.find(name)
        with catalog_errors(f"files of {name}"):
            live = [] if table is None else live_files(table, table.current_snapshot())
            missing = [] if table is None else missing_files(table, [file.file_path for file in live])
        if missing:
            found[name] = tuple(missing)
    return found


def missing_files(table: Table, paths: Iterable[str]) -> list[str]:
    """Those of the files that are not in the storage, by one listing of the table's folder."""
    listed = _listed(table)
    return [path for path in paths if normalised(path) not in listed and not table.io.new_input(path).exists()]


def _files(table: Table, snapshot: Snapshot | None) -> Iterator[DataFile]:
    for manifest in manifests(table, snapshot):
        yield from (entry.data_file for entry in live_entries(table, manifest))


def _listed(table: Table) -> frozenset[str]:
    """The files below the table's location, normalised; none where the storage cannot be listed."""
    if not isinstance(table.io, PyArrowFileIO):
        return frozenset()
    location = table.location().rstrip("/")
    files = listed_files(table.io, location, recursive=True, allow_not_found=True)
    return frozenset(normalised(path) for path, _ in files)
