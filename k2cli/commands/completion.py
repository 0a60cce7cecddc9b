"""Shell completion of timeframes, engines, and the exchanges and symbols in the candle tables.

It writes no messages and creates nothing; after any error there are no suggestions.
"""

import io
from collections.abc import Callable
from contextlib import redirect_stderr, suppress
from pathlib import Path
from threading import Thread

import typer

from engines.domain.series import Series
from k2cli.session import Session, Shared
from k2cli.session.environment import Environment

PATIENCE = 10.0
"""Maximum time in seconds to wait for suggestions: a catalog may be out of reach."""

LOOKED_AT = 200_000
"""Number of newest candles that are searched for exchanges and symbols."""


def timeframes(context: typer.Context) -> list[str]:
    """The timeframes of the candle tables."""
    return _answer(lambda: [str(timeframe) for timeframe in _session(context).settings.timeframes()])


def engines() -> list[str]:
    """The installed engines."""
    from engines.registry import engine_names

    return _answer(lambda: list(engine_names()))


def layouts(context: typer.Context) -> list[str]:
    """The layouts of trade files: the user's, and those that come with k2."""
    from k2cli.trades import layouts as known

    def names() -> list[str]:
        return list(known(_session(context).settings.trades.layouts_folder))

    return _answer(names)


def exchanges(context: typer.Context) -> list[str]:
    """The exchanges that have candles."""
    return _answer(lambda: sorted({series.exchange for series in _series(context)}))


def symbols(context: typer.Context) -> list[str]:
    """The symbols that have candles; only those of the exchange if the command line names one."""
    return _answer(lambda: sorted({series.symbol for series in _series(context, context.params.get("exchange"))}))


def _series(context: typer.Context, exchange: str | None = None) -> tuple[Series, ...]:
    """The series of the coarsest table that has any, because it has the fewest rows."""
    session = _session(context)
    lake = session.lake()
    for timeframe in reversed(session.settings.timeframes()):
        if found := lake.series(timeframe, exchange=exchange, most_rows=LOOKED_AT):
            return found
    return ()


def _session(context: typer.Context) -> Session:
    """A session for the command line so far, with the settings file of its ``--config``, if it has one."""
    config: str | None = None
    level: typer.Context | None = context
    while level is not None and config is None:
        config, level = level.params.get("config"), level.parent  # type: ignore[assignment]
    shared = Shared(config=None if config is None else Path(config), quiet=True)
    return Session(context.ensure_object(Environment), shared)


def _answer(ask: Callable[[], list[str]]) -> list[str]:
    """Return the result of a function; nothing if it fails or takes longer than `PATIENCE`. Errors are not shown."""
    answers: list[list[str]] = []

    def answer() -> None:
        with suppress(Exception):  # the shell would show an error within the line being typed
            answers.append(ask())

    worker = Thread(target=answer, daemon=True)
    with redirect_stderr(io.StringIO()):
        worker.start()
        worker.join(PATIENCE)
    return answers[0] if answers else []
