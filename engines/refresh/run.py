"""A run of `aggregate`: refreshes the tables of the request, finest first, and retries after a conflict."""

import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace

from pyiceberg.table import Table

from engines.base import Engine
from engines.domain.decimals import SCALE, Scale
from engines.domain.requests import Observer, RefreshRequest
from engines.domain.results import Refresh, Status, TableRefresh
from engines.domain.timeframe import FINEST, Timeframe
from engines.errors import K2Error, Refused, TableMissing
from engines.iceberg.catalog import Tables
from engines.iceberg.scale import agreed_scale, candle_scale, source_scale
from engines.iceberg.schema import check_target
from engines.refresh.mend import Mender
from engines.refresh.source import Source
from engines.refresh.table import Run, refresh_table
from engines.retrying import with_retries

_MENDINGS = 3
"""How often a table is mended in one run: what is missing is found first, what is damaged may come to light later."""


def refresh(engine: Engine, request: RefreshRequest, observer: Observer) -> Refresh:
    """Bring the tables of the request up to date; a table that fails does not stop the others.

    After the first `Refused`, all coarser tables are refused, too.

    Raises:
        TableMissing: The source table or a candle table does not exist.
        UsageError: The source table cannot be read as trades, or a candle table cannot hold the candles, or has another
            scale than the settings say, or than the others.
    """
    mender = Mender(engine, request, observer)
    run = Run(engine, request, observer, _source(engine, request.timeframes, mender), mender)
    results: list[TableRefresh] = []
    refusal: Refused | None = None
    for timeframe in sorted(set(request.timeframes), key=lambda t: t.duration):
        started = time.perf_counter()
        try:
            if refusal is not None:
                # A window of a finer table that lost its trades is only a part of a coarser one: not seen there.
                raise refusal
            result = _whole(run, timeframe)
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


def _whole(run: Run, timeframe: Timeframe) -> TableRefresh:
    """Refresh a table; where files of it are missing or damaged, mend it and start again."""
    if run.request.rebuild or run.request.lift:
        run.mender.missing(timeframe)
    for _ in range(_MENDINGS):
        try:
            return _noted(run, _with_retries(run, timeframe))
        except K2Error as error:
            if run.mender.mend(timeframe, error):
                continue
            if not (run.from_candles and timeframe != FINEST and run.mender.is_damaged(FINEST, error)):
                raise
            run.from_candles = False
    return _noted(run, _with_retries(run, timeframe))


def _noted(run: Run, result: TableRefresh) -> TableRefresh:
    """A result that tells what was mended before; what was lost counts only before the fence."""
    mended = run.mender.of(result.timeframe)
    lost = sum(max(each.lost, 0) for each in mended) if result.frozen_until is not None else 0
    return replace(
        result,
        mended="; ".join(each.found for each in mended),
        beyond_mending=result.beyond_mending + lost,
        unknown_before=any(each.lost < 0 for each in mended),
    )


def _with_retries(run: Run, timeframe: Timeframe) -> TableRefresh:
    def pin_anew() -> None:
        run.source = run.pin()

    return with_retries(
        run.engine.config.attempts, run.observer, lambda: refresh_table(run, timeframe), before_again=pin_anew
    )


def _source(engine: Engine, timeframes: Iterable[Timeframe], mender: Mender) -> Source:
    """The source, read at the scale of the candle tables, which are checked, too."""
    tables = engine.tables

    def scale() -> Scale | None:
        return tables.chosen_scale or _others_scale(tables)

    targets: list[Table | TableMissing] = []
    for timeframe in timeframes:
        try:
            targets.append(mender.open(timeframe, scale))
        except TableMissing as missing:
            targets.append(missing)
    agreed = agreed_scale((table for table in targets if isinstance(table, Table)), tables.chosen_scale)
    source = Source(tables, agreed or SCALE, engine.abilities)
    for table in targets:
        if isinstance(table, TableMissing):
            raise table
        check_target(table)
    return source


def _others_scale(tables: Tables) -> Scale | None:
    """The scale of the candle tables that can be read; else that of the trades."""
    for timeframe in tables.names.timeframes:
        with suppress(K2Error):
            return candle_scale(tables.target(timeframe))
    return source_scale(tables.find(tables.names.source))
