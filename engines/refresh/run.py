"""A run of `aggregate`: refreshes the tables of the request, finest first, and retries after a conflict."""

import time
from collections.abc import Iterable
from dataclasses import replace

from engines.base import Engine
from engines.domain.decimals import SCALE
from engines.domain.requests import Observer, RefreshRequest
from engines.domain.results import Refresh, Status, TableRefresh
from engines.domain.timeframe import FINEST, Timeframe
from engines.errors import K2Error, Refused, TableMissing
from engines.iceberg.scale import agreed_scale
from engines.iceberg.schema import check_target
from engines.refresh.source import Source
from engines.refresh.table import Run, refresh_table
from engines.retrying import with_retries


def refresh(engine: Engine, request: RefreshRequest, observer: Observer) -> Refresh:
    """Bring the tables of the request up to date; a table that fails does not stop the others.

    After the first `Refused`, all coarser tables are refused, too.

    Raises:
        TableMissing: The source table or a candle table does not exist.
        UsageError: The source table cannot be read as trades, or a candle table cannot hold the candles, or has another
            scale than the settings say, or than the others.
    """
    run = Run(engine, request, observer, _source(engine, request.timeframes))
    results: list[TableRefresh] = []
    refusal: Refused | None = None
    for timeframe in sorted(set(request.timeframes), key=lambda t: t.duration):
        started = time.perf_counter()
        try:
            if refusal is not None:
                # A window of a finer table that lost its trades is only a part of a coarser one: not seen there.
                raise refusal
            result = _with_retries(run, timeframe)
        except K2Error as error:
            refusal = refusal or (error if isinstance(error, Refused) else None)
            name = engine.tables.names.target(timeframe)
            result = TableRefresh(table=name, timeframe=timeframe, status=Status.FAILED, failure=error.failure)
        finally:
            observer.finished(timeframe.name)
        run.open_done = run.open_done or (timeframe == FINEST and request.include_open and result.failure is None)
        results.append(replace(result, seconds=time.perf_counter() - started))
    head = run.source.head
    return Refresh(
        source_table=engine.tables.names.source,
        source_snapshot_id=None if head is None else head.snapshot_id,
        tables=tuple(results),
        caveats=run.source.caveats,
    )


def _with_retries(run: Run, timeframe: Timeframe) -> TableRefresh:
    def pin_anew() -> None:
        run.source = run.pin()

    return with_retries(
        run.engine.config.attempts, run.observer, lambda: refresh_table(run, timeframe), before_again=pin_anew
    )


def _source(engine: Engine, timeframes: Iterable[Timeframe]) -> Source:
    """The source, read at the scale of the candle tables, which are checked, too."""
    tables = engine.tables
    names = [tables.names.target(timeframe) for timeframe in timeframes]
    targets = {name: tables.find(name) for name in names}
    scale = agreed_scale((table for table in targets.values() if table is not None), tables.chosen_scale)
    source = Source(tables, scale or SCALE, engine.abilities)
    for name, table in targets.items():
        if table is None:
            raise TableMissing(name)
        check_target(table)
    return source
