"""A run: every table asked for, finest first; again after a conflict."""

import random
import time
from dataclasses import replace

from engines.domain.requests import Observer, RefreshRequest
from engines.domain.results import Refresh, Status, TableRefresh
from engines.domain.timeframe import FINEST, Timeframe
from engines.errors import Conflict, K2Error, Refused
from engines.refresh.source import Source
from engines.refresh.table import Run, refresh_table
from engines.refresh.work import Rebuilder

_FIRST_WAIT = 0.1
_LONGEST_WAIT = 5.0


def refresh(engine: Rebuilder, request: RefreshRequest, observer: Observer) -> Refresh:
    """Bring the tables asked for up to date; a table that fails does not keep the others from it.

    Raises:
        TableMissing: The source or a target is not there.
        UsageError: The source cannot be read as trades.
    """
    run = Run(engine, request, observer, Source(engine.lake, equality_deletes=engine.reads_equality_deletes))
    for timeframe in request.timeframes:
        engine.lake.target(timeframe)
    results: list[TableRefresh] = []
    failure: K2Error | None = None
    for timeframe in sorted(set(request.timeframes), key=lambda t: t.duration):
        started = time.perf_counter()
        try:
            if isinstance(failure, Refused):
                # What is a whole window in the finest table is only a part of a coarser one: not to be told there.
                raise failure
            result = _with_retries(run, timeframe)
        except K2Error as error:
            failure = failure or error
            result = _failed(engine.lake.names.target(timeframe), timeframe, error)
        finally:
            observer.finished(timeframe.value)
        run.open_done = run.open_done or (timeframe is FINEST and request.include_open and failure is None)
        results.append(replace(result, seconds=time.perf_counter() - started))
    head = run.source.head
    return Refresh(
        source_table=engine.lake.names.source,
        source_snapshot_id=None if head is None else head.snapshot_id,
        tables=tuple(results),
        exit_code=0 if failure is None else failure.exit_code,
    )


def _failed(table: str, timeframe: Timeframe, error: K2Error) -> TableRefresh:
    text = f"{error.message}; {error.hint}" if error.hint else error.message
    return TableRefresh(table=table, timeframe=timeframe, status=Status.FAILED, error=text)


def _with_retries(run: Run, timeframe: Timeframe) -> TableRefresh:
    """After a conflict: wait, look at everything anew, plan again."""
    attempts = run.engine.config.attempts
    for attempt in range(1, attempts):
        try:
            return refresh_table(run, timeframe)
        except Conflict as conflict:
            wait = min(_LONGEST_WAIT, _FIRST_WAIT * 2**attempt)
            run.observer.said(f"{conflict.message}; starting again ({attempt} of {attempts - 1})")
            time.sleep(random.uniform(wait / 2, wait))  # noqa: S311 - spreads writers, guards nothing
            run.source = run.pin()
    return refresh_table(run, timeframe)
