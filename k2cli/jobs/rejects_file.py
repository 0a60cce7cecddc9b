"""The CSV file of rejected rows, which is created only if a row is rejected."""

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

from engines.errors import UsageError
from k2cli.trades import Reject

_HEADER = ("file", "line", "reason", "text")


def is_rejects_file(path: Path) -> bool:
    """Whether a file is a list of rejected rows, by its name and first line."""
    if not path.name.endswith(".rejects.csv") or not path.is_file():
        return False
    with path.open("rb") as file:
        return file.readline(100).decode(errors="replace").strip() == ",".join(_HEADER)


class RejectsFile:
    """Writes rejected rows to a CSV file as they are found.

    Args:
        path: The CSV file; an existing file is replaced when the first row is written.
        inputs: The files being imported, which must not be replaced.

    Attributes:
        reasons: Number of rejected rows by reason.

    Raises:
        UsageError: The path is one of the files being imported.
    """

    def __init__(self, path: Path, *, inputs: Sequence[Path]) -> None:
        if any(path.resolve() == file.resolve() for file in inputs):
            raise UsageError(f"--rejects {path} is one of the files to be imported", hint="name another file")
        self._path = path
        self._open = ExitStack()
        self._writer: Any = None
        self.reasons: Counter[str] = Counter()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def add(self, rejects: Iterable[Reject]) -> None:
        """Count rejected rows and write them to the file.

        Raises:
            UsageError: The file cannot be written.
        """
        for reject in rejects:
            self.reasons[reject.reason] += 1
            try:
                self._rows().writerow((reject.file, reject.line, reject.reason, reject.text))
            except OSError as error:
                raise UsageError(
                    f"rejected rows cannot be written to {self._path}: {error.strerror}",
                    hint="name another: --rejects FILE",
                ) from error

    def _rows(self) -> Any:  # noqa: ANN401 - the csv module names no type for its writers
        if self._writer is None:
            stream = self._open.enter_context(self._path.open("w", encoding="utf-8", newline=""))
            self._writer = csv.writer(stream, lineterminator="\n")
            self._writer.writerow(_HEADER)
        return self._writer
