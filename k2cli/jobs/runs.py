"""`k2 runs`: past runs, from their records in the run log."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from engines.errors import UsageError
from k2cli.language.sentences import said
from k2cli.reports import PastRun, RunsReport


def past_runs(log: Path | None, records: Iterable[Mapping[str, Any] | None], *, failed: bool, last: int) -> RunsReport:
    """Return the newest runs of a run log.

    Args:
        log: The run log; None: none is kept.
        records: The records, newest first; None for a line that is no record.
        failed: Only runs whose exit code is not 0.
        last: At most so many runs.

    Raises:
        UsageError: No run log is kept.
    """
    if log is None:
        raise UsageError("no run log is kept", hint='set [runs] log = "auto", or a path; see k2 config show --origin')
    unreadable = 0

    def found() -> Iterable[PastRun]:
        nonlocal unreadable
        for record in records:
            run = None if record is None else _past_run(record)
            unreadable += run is None
            if run is not None and not (failed and run.exit_code == 0):
                yield run

    runs = tuple(islice(found(), last))
    return RunsReport(log=str(log), runs=runs, unreadable=unreadable)


def _past_run(record: Mapping[str, Any]) -> PastRun | None:
    """The run of a record; None if the record lacks what all have."""
    try:
        return PastRun(
            started=datetime.fromisoformat(record["started"]),
            seconds=float(record["seconds"]),
            command=str(record["command"]),
            exit_code=int(record["exit_code"]),
            said=said(record),
            run_id=str(record["run_id"]),
            engine=str(record["engine"]),
        )
    except (KeyError, TypeError, ValueError):
        return None
