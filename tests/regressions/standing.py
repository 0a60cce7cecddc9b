"""Commits that are carried out and then called failed, as a catalog does that is asked twice."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pyiceberg.exceptions import CommitFailedException
from pyiceberg.table import Table

from engines.iceberg.catalog import Tables


@dataclass
class Commits:
    """The commits of a job.

    Attributes:
        made: The tables that they were made to, in their order, those of others left out.
        failed: The table of the one that was called failed; empty as long as there is none.
        silent: Whether the catalog does not answer any more.
    """

    made: list[str] = field(default_factory=list)
    failed: str = ""
    silent: bool = False


def nothing(_: Table) -> None:
    """Nobody does anything meanwhile."""


@contextmanager
def called_failed(
    tables: Tables, meanwhile: Callable[[Table], object] = nothing, *, number: int = 1, silent: bool = False
) -> Iterator[Commits]:
    """Call one commit failed, after it is carried out.

    Args:
        tables: The tables that are committed to.
        meanwhile: What others do to the table before the answer comes.
        number: Which commit, counted from 1.
        silent: Whether the catalog answers nothing after that.
    """
    catalog = tables.catalog
    commit, load = catalog.commit_table, catalog.load_table
    commits = Commits()

    def by_us(table: Table, *rest: object) -> object:
        name = ".".join(table.name())
        done = commit(table, *rest)  # type: ignore[arg-type]
        commits.made.append(name)
        if len(commits.made) != number:
            return done
        commits.failed, commits.silent = name, silent
        catalog.commit_table = commit  # type: ignore[method-assign]
        meanwhile(load(table.name()))
        catalog.commit_table = by_us  # type: ignore[method-assign, assignment]
        raise CommitFailedException("409: the requirements of the commit are not met")

    def answered(name: str) -> Table:
        if commits.silent:
            raise OSError("no answer")
        return load(name)

    catalog.commit_table, catalog.load_table = by_us, answered  # type: ignore[method-assign, assignment]
    try:
        yield commits
    finally:
        catalog.commit_table, catalog.load_table = commit, load  # type: ignore[method-assign]


def missing_files(table: Table) -> set[Path]:
    """The files that snapshots of a table need and that are not there; what these would name is not known."""
    needed = set[Path]()
    for snapshot in table.metadata.snapshots:
        needed.add(_place(snapshot.manifest_list))
        for manifest in snapshot.manifests(table.io) if _place(snapshot.manifest_list).exists() else ():
            needed.add(_place(manifest.manifest_path))
            if _place(manifest.manifest_path).exists():
                live = manifest.fetch_manifest_entry(table.io)
                needed.update(_place(entry.data_file.file_path) for entry in live)
    return {path for path in needed if not path.exists()}


def _place(location: str) -> Path:
    return Path("/" + location.removeprefix("file:").lstrip("/"))
