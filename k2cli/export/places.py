"""Places that files are written to: aside at first, in the same folder, and renamed when all are whole.

After a failure nothing is left of them, and what stood at their place before still does.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path, PurePath
from typing import BinaryIO, Protocol

from engines.errors import Refused, UsageError
from k2cli.export.sinks import Sink, told

ASIDE = ".k2-export-"
"""How the names of what is written aside begin; the id of the run follows."""

_FORCE = "name another, or add --force to replace it"


class Place(Protocol):
    """Where the files of an export are written."""

    def opened(self, name: PurePath) -> AbstractContextManager[Sink]:
        """Open a new file, by its name in the folder of the export; when the context ends, it is on the disk."""

    def finish(self) -> None:
        """Put the files in their place."""

    def discard(self) -> None:
        """Leave nothing of them."""


class Pipe:
    """A stream that is open already, such as standard output.

    Args:
        stream: The stream.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    @contextmanager
    def opened(self, name: PurePath) -> Iterator[Sink]:  # noqa: ARG002 - it has none
        """Write to the stream."""
        yield Sink(self._stream, "standard output")
        with told("standard output"):
            self._stream.flush()

    def finish(self) -> None:
        """Do nothing: what is written is written."""

    def discard(self) -> None:
        """Do nothing, likewise."""


class StagedFile:
    """One file.

    Args:
        path: The file.
        run_id: Id of the run.
        force: Whether a file that stands there may be replaced.

    Raises:
        UsageError: It is a folder or a device, or its folder does not exist.
        Refused: There is such a file.
    """

    def __init__(self, path: Path, *, run_id: str, force: bool) -> None:
        with told(str(path)):
            self._path = path.resolve()
            self._aside, self._force = self._path.parent / f"{ASIDE}{run_id}", force
            self._check()

    def _check(self) -> None:
        path = self._path
        _refuse_absent_parent(path)
        if path.is_dir():
            raise UsageError(f"{path} is a folder", hint="name a file in it, or add --partition-by symbol")
        if path.exists() and not path.is_file():
            raise UsageError(f"{path} is no ordinary file", hint="for standard output: --to -")
        if path.exists() and not self._force:
            raise Refused(f"{path} exists", hint=_FORCE)

    @contextmanager
    def opened(self, name: PurePath) -> Iterator[Sink]:  # noqa: ARG002 - there is only one
        """Open the file."""
        with _new_file(self._aside, self._path) as sink:
            yield sink

    def finish(self) -> None:
        """Put it in its place."""
        with told(str(self._path)):
            self._check()
            self._aside.replace(self._path)
        _settle(self._path.parent)

    def discard(self) -> None:
        """Leave nothing."""
        with suppress(OSError):
            self._aside.unlink(missing_ok=True)


class StagedFolder:
    """A folder of files that belong together: it is replaced as a whole.

    Args:
        path: The folder.
        run_id: Id of the run.
        force: Whether a folder of an earlier export may be replaced.
        ours: Whether a path in such a folder is one that an export makes; told, too, whether it is a folder.

    Raises:
        UsageError: It is a file, its parent does not exist, or it holds what no export makes.
        Refused: There is such a folder with files in it.
    """

    def __init__(self, path: Path, *, run_id: str, force: bool, ours: Callable[[PurePath, bool], bool]) -> None:
        with told(str(path)):
            self._path, self._force, self._ours = path.resolve(), force, ours
            self._aside = self._path.parent / f"{ASIDE}{run_id}"
            self._check()

    def _check(self) -> None:
        path = self._path
        _refuse_absent_parent(path)
        _refuse_file(path)
        if not path.exists():
            return
        within = ((file.relative_to(path), file.is_dir()) for file in path.rglob("*"))
        other = next((name for name, folder in within if not self._ours(name, folder)), None)
        if other is not None:
            raise UsageError(f"{path} holds what such an export does not make: {other}", hint="name another folder")
        if not self._force and any(path.iterdir()):
            raise Refused(f"{path} holds an export", hint=_FORCE)

    @contextmanager
    def opened(self, name: PurePath) -> Iterator[Sink]:
        """Open a file in the folder."""
        with told(str(self._path / name)):
            (self._aside / name).parent.mkdir(parents=True, exist_ok=True)
        with _new_file(self._aside / name, self._path / name) as sink:
            yield sink

    def finish(self) -> None:
        """Put it in its place."""
        former = self._aside.with_name(f"{self._aside.name}-former")
        with told(str(self._path)):
            self._aside.mkdir(exist_ok=True)
            self._check()
            if self._path.exists():
                self._path.rename(former)
            try:
                self._aside.rename(self._path)
            except OSError:
                if former.exists():
                    former.rename(self._path)
                raise
        _settle(self._path.parent)
        shutil.rmtree(former, ignore_errors=True)

    def discard(self) -> None:
        """Leave nothing."""
        shutil.rmtree(self._aside, ignore_errors=True)


class StagedFiles:
    """Files that are added to a folder, which may hold others.

    Args:
        path: The folder; it is made if it does not exist.
        run_id: Id of the run.
        force: Whether files of the same names may be replaced.

    Raises:
        UsageError: It is a file, or its parent does not exist.
    """

    def __init__(self, path: Path, *, run_id: str, force: bool) -> None:
        with told(str(path)):
            self._path, self._force = path.resolve(), force
            _refuse_absent_parent(self._path)
            _refuse_file(self._path)
            self._aside = (self._path if self._path.is_dir() else self._path.parent) / f"{ASIDE}{run_id}"
        self._names: list[PurePath] = []

    def _check(self, name: PurePath) -> None:
        place = self._path / name
        if place.is_dir() or (place.exists() and not self._force):
            raise Refused(f"{place} exists", hint=_FORCE)

    @contextmanager
    def opened(self, name: PurePath) -> Iterator[Sink]:
        """Open a file of the folder.

        Raises:
            Refused: There is such a file.
        """
        with told(str(self._path / name)):
            self._check(name)
            (self._aside / name).parent.mkdir(parents=True, exist_ok=True)
        with _new_file(self._aside / name, self._path / name) as sink:
            yield sink
        self._names.append(name)

    def finish(self) -> None:
        """Put all files in their places: each is whole there, or not there."""
        with told(str(self._path)):
            for name in self._names:
                self._check(name)
            for name in self._names:
                (self._path / name).parent.mkdir(parents=True, exist_ok=True)
                (self._aside / name).replace(self._path / name)
        for folder in {(self._path / name).parent for name in self._names}:
            _settle(folder)
        self.discard()

    def discard(self) -> None:
        """Leave nothing aside."""
        shutil.rmtree(self._aside, ignore_errors=True)


@contextmanager
def _new_file(path: Path, place: Path) -> Iterator[Sink]:
    """A new file, which is on the disk when the context ends; errors name the place that it will get."""
    with told(str(place)):
        stream = path.open("xb", buffering=0)
    with stream:
        yield Sink(stream, str(place))
        with told(str(place)):
            os.fsync(stream.fileno())


def _refuse_absent_parent(path: Path) -> None:
    if not path.parent.is_dir():
        raise UsageError(f"there is no folder {path.parent}", hint="make it first, or name another")


def _refuse_file(path: Path) -> None:
    if path.exists() and not path.is_dir():
        raise UsageError(f"{path} is a file", hint="a file for each series needs a folder")


def _settle(folder: Path) -> None:
    """Make a rename last, on systems that write the names of a folder to the disk only when told to."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
