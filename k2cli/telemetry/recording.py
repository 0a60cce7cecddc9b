"""Record, metrics and end of lineage of a run, written when it has ended.

Nothing here makes a run fail: the candles are right, whatever disk is full. Only files that were asked for by an
option are refused, before work begins, where they cannot be written.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from engines.errors import Failure, K2Error
from k2cli.session import Session
from k2cli.session.logs import LOGGER
from k2cli.telemetry.records import Record, append, record_of_failure, record_of_report
from k2cli.telemetry.textfile import refuse_unwritable, replace_text

if TYPE_CHECKING:
    from k2cli.settings import Settings


@contextmanager
def recording(
    session: Session, command: str, *, report: Path | None, metrics: Path | None, rehearsal: bool
) -> Iterator[None]:
    """Carry out a command and record how it ended.

    Args:
        session: The command being carried out.
        command: As it is typed, without ``k2``.
        report: Where to put its record as a file.
        metrics: Where to tell Prometheus, in place of the setting.
        rehearsal: A dry run: it changes and judges nothing, so only the file asked for is written.

    Raises:
        UsageError: A file cannot be written that was asked for.
    """
    files = {"--report": report, "--metrics": metrics}
    for option, file in files.items():
        if file is not None:
            refuse_unwritable(session.cwd / file, option=option)
    failure: Failure | None = None
    try:
        yield
    except BaseException as error:
        failure = session.failure(error)
        raise
    finally:
        _write_down(session, command, failure, files, rehearsal=rehearsal)


def _write_down(
    session: Session, command: str, failure: Failure | None, files: dict[str, Path | None], *, rehearsal: bool
) -> None:
    record = cache(lambda: _record(session, command, failure))  # made once: it tells how long the run took
    if (report := files["--report"]) is not None:
        _try(f"report {report}", lambda: replace_text(session.cwd / report, _text(record())))
    if rehearsal:
        return
    settings = session.valid_settings
    if settings is not None and (log := _run_log(settings)) is not None:
        runs = settings.runs
        _try(f"run log {log}", lambda: append(log, record(), size=runs.log_size, keep=runs.log_keep))
    set_file = Path(settings.runs.metrics) if settings is not None and settings.runs.metrics else None
    if (metrics := files["--metrics"] or set_file) is not None:
        _try(f"metrics {metrics}", lambda: _metrics(session.cwd / metrics, session, command, failure))
    for what, end in session.endings.items():
        _try(what, partial(end, failure))


def _record(session: Session, command: str, failure: Failure | None) -> Record:
    from k2cli.reports import Report

    if failure is None and session.report is not None:
        return record_of_report(session.report)
    failure = failure or Failure(message="ended without a report", exit_code=session.exit_code)
    return record_of_failure(command, session.stamped(Report(exit_code=failure.exit_code)), failure)


def _text(record: Record) -> str:
    return json.dumps(record, indent=2, ensure_ascii=False) + "\n"


def _metrics(file: Path, session: Session, command: str, failure: Failure | None) -> None:
    from k2cli.telemetry.metrics import tell_prometheus

    tell_prometheus(file, session, command, failure)


def _run_log(settings: "Settings") -> Path | None:
    """Path of the run log; None beside a catalog that does not exist, so that no file is left in a wrong folder."""
    log, (catalog, _) = settings.run_log(), settings.local_paths()
    vain = log is not None and catalog is not None and log.parent == catalog.parent and not catalog.parent.exists()
    return None if vain else log


def _try(what: str, write: Callable[[], None]) -> None:
    """Write, and turn any error, even a bug of ours, into a warning: the run itself is not affected."""
    try:
        write()
    except (OSError, K2Error) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        LOGGER.warning("%s could not be written: %s; the run itself is not affected", what, reason)
    except Exception as error:  # noqa: BLE001
        reason = f"{type(error).__name__}: {error}"
        LOGGER.warning("%s could not be written, by a bug in k2: %s; the run itself is not affected", what, reason)
