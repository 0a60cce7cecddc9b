"""The candle tables of a request, one after the other: a table that fails does not stop the others."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import TypeVar

from engines.base import Engine
from engines.domain.requests import Observer
from engines.domain.timeframe import Timeframe
from engines.domain.upkeep import TableCompaction, TablePrune, TableReturn, UpkeepStatus
from engines.errors import K2Error
from engines.retrying import with_retries

_Result = TypeVar("_Result", TablePrune, TableCompaction, TableReturn)


def each_table(
    engine: Engine,
    timeframes: Iterable[Timeframe],
    observer: Observer,
    work: Callable[[Timeframe], _Result],
    result: type[_Result],
) -> tuple[_Result, ...]:
    """Do the work on each table, finest first, again after a conflict; return the results.

    Args:
        engine: Opens the tables.
        timeframes: Timeframes of the tables.
        observer: Receives messages on retries.
        work: Does the work on the table of a timeframe.
        result: The type of its results, for a table that fails.

    Raises:
        TableMissing: A table does not exist; nothing was done.
    """
    wanted = sorted(set(timeframes), key=lambda timeframe: timeframe.duration)
    for timeframe in wanted:
        engine.tables.target(timeframe)
    results = []
    for timeframe in wanted:
        try:
            results.append(with_retries(engine.config.attempts, observer, partial(work, timeframe)))
        except K2Error as error:
            name = engine.tables.names.target(timeframe)
            results.append(result(table=name, timeframe=timeframe, status=UpkeepStatus.FAILED, failure=error.failure))
    return tuple(results)
