"""The record of a run: the JSON object of `--output json`, for a file and for the run log."""

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engines.errors import Failure
from k2cli.telemetry.textfile import alone_in

if TYPE_CHECKING:
    from k2cli.reports import Report

Record = dict[str, Any]


def record_of_report(report: "Report") -> Record:
    """Record of a run that ended with a report."""
    from k2cli.rendering.encoding import json_object

    return json_object(report)


def record_of_failure(command: str, run: "Report", failure: Failure) -> Record:
    """Record of a run that ended without a report: how it began and why it ended.

    Args:
        command: As it is typed, without ``k2``.
        run: What every report has.
        failure: Why it ended; free of secrets.
    """
    from k2cli.rendering.encoding import encode, json_head

    return json_head(command, run) | {"error": encode(failure)}


def append(log: Path, record: Record, *, size: int, keep: int) -> None:
    """Add a line to the run log; a log that has grown to its size is put aside first.

    Args:
        log: The run log; its folder is made.
        record: The record.
        size: Bytes at which a log is put aside: as ``runs.ndjson.1``, the one before as ``.2`` and so on.
        keep: So many of those put aside are kept.

    Raises:
        OSError: It cannot be written.
    """
    line = json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n"
    log.parent.mkdir(parents=True, exist_ok=True)
    with alone_in(log.parent):
        if log.exists() and log.stat().st_size >= size:
            _put_aside(log, keep)
        with log.open("a", encoding="utf-8") as file:
            file.write(line)


def logged(log: Path) -> Iterator[Record | None]:
    """Yield the records of a run log, newest first, those put aside too; None for a line that is none.

    A line may be cut off where the disk was full or the machine stopped.
    """
    numbers = (int(path.suffix[1:]) for path in log.parent.glob(f"{log.name}.*") if path.suffix[1:].isdigit())
    for path in (log, *(log.with_name(f"{log.name}.{number}") for number in sorted(numbers))):
        if path.exists():
            for line in reversed(path.read_text(encoding="utf-8", errors="replace").splitlines()):
                yield _parsed(line)


def _parsed(line: str) -> Record | None:
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None


def _put_aside(log: Path, keep: int) -> None:
    older = [log, *(log.with_name(f"{log.name}.{number}") for number in range(1, keep + 1))]
    for younger, place in reversed(list(pairwise(older))):
        if younger.exists():
            younger.replace(place)
