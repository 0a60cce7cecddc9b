"""The Python interface of k2: `k2cli.open` opens the lake of the commands; its methods do what the commands do.

Nothing is printed and no logging is configured. Errors are raised as one of `engines.errors`; if only some tables of a
run failed, the report says which.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from os import PathLike

    import polars as pl

    import engines.lake
    from k2cli.language.times import Time
    from k2cli.reports import AggregateReport, Run, StatusReport, ValidateReport
    from k2cli.settings import Settings

__all__ = ["Lake", "open"]


def open(  # noqa: A001 - read as k2cli.open, like gzip.open
    config: "str | PathLike[str] | None" = None,
    *,
    engine: str | None = None,
    **settings: str | int | Mapping[str, object],
) -> "Lake":
    """Open the lake of the working directory, or of a settings file.

    Settings are searched for as the commands do it: in ``K2_*`` variables, then the nearest ``k2.toml`` from the
    working directory upwards, then the user's own settings file, then the defaults. Arguments of this function take
    precedence over all of them.

    Args:
        config: The settings file to use instead of the nearest ``k2.toml``.
        engine: Name of the engine, as listed by ``k2 engines``.
        **settings: Settings and sections, named as in ``k2.toml``; paths are relative to the working directory.

    Raises:
        UsageError: A setting is invalid, the engine does not exist, or there is no catalog where the settings say.

    Examples:
        >>> import k2cli
        >>> lake = k2cli.open()
        >>> lake = k2cli.open("k2.toml", engine="polars", tables={"namespace": "market_data"}, grace="10s")
    """
    import os
    from pathlib import Path

    from engines.registry import open_lake
    from k2cli.session import program_version
    from k2cli.session.environment import user_settings_file
    from k2cli.settings import load_settings

    found = load_settings(
        arguments={name: value for name, value in {"engine": engine, **settings}.items() if value is not None},
        variables=os.environ,
        cwd=Path.cwd(),
        config=None if config is None else Path(config),
        user_file=user_settings_file(),
    ).settings
    found.refuse_absent_catalog()
    return Lake(open_lake(found.engine, found.engine_config(program_version())), found)


class Lake:
    """The table of trades and the candle tables that are kept from it; opened by `k2cli.open`.

    Times are texts as in the commands (``2024-03-01 12:00``, ``7d`` for a week ago, ``yesterday``), dates or datetimes;
    they are UTC if they have no zone. A span includes its start and excludes its end. Used as a context manager, the
    lake is closed at the end.

    Args:
        lake: The tables and the engine that works on them.
        settings: The settings that the methods follow.
    """

    def __init__(self, lake: "engines.lake.Lake", settings: "Settings") -> None:
        self._lake = lake
        self._settings = settings

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<k2cli.Lake of {self._lake.names.source}, engine {self._settings.engine}>"

    def close(self) -> None:
        """Close the connections to the catalog; methods called later connect again."""
        self._lake.close()

    def candles(
        self,
        timeframe: str,
        *,
        symbol: str | None = None,
        exchange: str | None = None,
        start: "Time | None" = None,
        end: "Time | None" = None,
        zone: str | None = None,
        day_start: str | None = None,
        anchor: "Time | None" = None,
        fill: str = "none",
        allow_empty: bool = False,
    ) -> "pl.DataFrame":
        """Candles of any length, sorted by exchange, symbol and window_start.

        Those that have no table of their own are merged from the stored ones, exactly; only windows that are over.

        Args:
            timeframe: Length of the windows: ``1m``, ``15m``, ``4h``, ``1d``, ``1w``, ``1M`` (month), ``1q``, ``1y`` ….
            symbol: Only this symbol.
            exchange: Only this exchange.
            start: Only windows that start at this time or later.
            end: Only windows that start before this time.
            zone: Time zone of days, weeks, months, quarters and years, such as ``America/New_York``; None: UTC.
            day_start: Local time at which their days begin, such as ``17:00``; None: midnight.
            anchor: A time at which a window begins; None: the epoch, and Mondays for weeks.
            fill: What stands for a window without trades: ``none``, ``null``, ``previous`` (the last close, no volume)
                or ``zero``; then there is a column ``filled``.
            allow_empty: Return no rows, instead of raising an error, if the table has no candles of the symbol or the
                exchange at all.

        Returns:
            All columns of the table, in table order: prices and volumes as decimals, times in UTC. Merged candles have
            no created_at and updated_at; their window_date is that of the zone.

        Raises:
            UsageError: There are no candles of that symbol or exchange, only longer ones are left, or an argument is
                invalid.
            TableMissing: The table does not exist.

        Examples:
            >>> hours = lake.candles("1h", symbol="ATOMUSD", start="2021-07-03 18:00", end="2021-07-03 20:00")
            >>> hours.select("close_price", "volume", "trade_count").rows()
            [(Decimal('11.87900000'), Decimal('4.35080000'), 207), (Decimal('11.93800000'), Decimal('0.88330000'), 169)]
        """
        import polars as pl

        from k2cli.jobs.candles import Asked, query_of
        from k2cli.jobs.show import show
        from k2cli.language.windows import parse_alignment

        now = _begun().began
        first, last = _span(start, end, now)
        alignment = parse_alignment(zone, day_start, anchor, now=now, names=("day_start", "anchor"))
        asked = Asked(exchange=exchange, symbol=symbol, start=first, end=last, fill=fill)
        query = query_of(self._settings, timeframe, alignment, asked)
        return pl.DataFrame(show(self._lake, query, now=now, allow_empty=allow_empty).candles.table())

    def trades(
        self,
        *,
        symbol: str | None = None,
        exchange: str | None = None,
        start: "Time | None" = None,
        end: "Time | None" = None,
    ) -> "pl.DataFrame":
        """Trades as delivered, duplicates and invalid ones included, in the order in which candles are built from them.

        Args:
            symbol: Only this symbol.
            exchange: Only this exchange.
            start: Only trades at this time or later.
            end: Only trades before this time.

        Returns:
            The columns that candles are built from: message_id, symbol, exchange, timestamp (UTC), price, quantity,
            side, source_sequence, ingestion_timestamp, platform_sequence. The last four are null if the table lacks
            them. Sorted by exchange, symbol, timestamp, source_sequence and message_id.

        Raises:
            UsageError: A time is invalid, or the table cannot be read as trades.
            TableMissing: The table of trades does not exist.

        Examples:
            >>> lake.trades(symbol="ATOMUSD", end="2021-07-03 15:00").select("price", "quantity", "side").row(0)
            (Decimal('11.77700000'), Decimal('0.00260000'), 'buy')
        """
        import polars as pl

        from engines.base import TradeQuery

        first, last = _span(start, end, _begun().began)
        query = TradeQuery(exchange=exchange, symbol=symbol, start=first, end=last)
        found = pl.DataFrame(self._lake.trades(query).read_all()).sort(
            "exchange", "symbol", "timestamp", "source_sequence", "message_id"
        )
        return found.with_columns(pl.col("timestamp").cast(pl.Datetime("us", "UTC")))

    def refresh(
        self,
        *timeframes: str,
        start: "Time | None" = None,
        end: "Time | None" = None,
        lookback: str | None = None,
        rebuild: bool = False,
        include_open: bool = False,
        incremental_only: bool = False,
        dry_run: bool = False,
        now: "Time | None" = None,
    ) -> "AggregateReport":
        """Bring candle tables exactly up to date with the trades, as ``k2 ohlcv aggregate`` does.

        Args:
            *timeframes: Timeframes of the tables to update; all if none is given.
            start: Also recompute windows from this time on, even if nothing changed there.
            end: Also recompute windows before this time, even if nothing changed there.
            lookback: Also recompute the last ``10m``, ``6h``, ``2d`` …, even if nothing changed there.
            rebuild: Recompute everything that is not frozen.
            include_open: Also publish windows that have not ended yet.
            incremental_only: Refuse a full rebuild.
            dry_run: Report what would be done, and do nothing.
            now: The time to take as now; None: the system clock.

        Returns:
            What was done, table by table. A table that failed does not keep the others from being brought up to date;
            the report holds its error, which ``raise_for_failures()`` raises.

        Raises:
            UsageError: The arguments contradict each other, or one is invalid.
            TableMissing: The table of trades or a candle table does not exist.

        Examples:
            >>> report = lake.refresh("1m", "5m", now="2021-07-04")
            >>> report.raise_for_failures()
            >>> [(str(table.timeframe), table.status.value) for table in report.tables]
            [('1m', 'up_to_date'), ('5m', 'up_to_date')]
        """
        from engines.base import Silence
        from k2cli.jobs.aggregate import Mode, Span, aggregate, request
        from k2cli.language.durations import parse_optional_duration

        run = _begun()
        moment = _moment(now, run)
        first, last = _span(start, end, moment)
        times = Span(start=first, end=last, lookback=parse_optional_duration(lookback, option="lookback"))
        mode = Mode(rebuild=rebuild, include_open=include_open, incremental_only=incremental_only, dry_run=dry_run)
        wanted = self._settings.timeframes(timeframes)
        asked = request(self._settings, wanted, times, mode, now=moment, run_id=run.run_id)
        return run.told(aggregate(self._lake, asked, Silence()), engine=self._settings.engine)

    def validate(
        self,
        *timeframes: str,
        against_trades: bool = False,
        deep: bool = False,
        start: "Time | None" = None,
        end: "Time | None" = None,
        max_lag: str | None = None,
        now: "Time | None" = None,
    ) -> "ValidateReport":
        """Check candle tables against their invariants, as ``k2 ohlcv validate`` does.

        Args:
            *timeframes: Timeframes of the tables to check; all if none is given.
            against_trades: Recompute the candles from the trades of the recorded snapshot, and compare.
            deep: Read every byte of the candle tables' data files.
            start: Only windows that start at this time or later.
            end: Only windows that start before this time.
            max_lag: Maximum lag of a table: ``15m``, ``2h`` …; a table that lags more makes the report's exit code 3.
                None: the limits in the settings apply, and a table beyond them is only reported.
            now: The time to take as now; None: the system clock.

        Returns:
            What was checked and what is broken, with the first broken rows.

        Raises:
            UsageError: An argument is invalid, or the recorded snapshot of the trades is no longer kept.
            TableMissing: A table does not exist.

        Examples:
            >>> lake.validate(against_trades=True).broken
            0
        """
        from engines.base import Silence
        from k2cli.jobs.validate import request, validate
        from k2cli.language.durations import parse_optional_duration

        run = _begun()
        moment = _moment(now, run)
        asked = request(
            self._settings,
            self._settings.timeframes(timeframes),
            now=moment,
            span=_span(start, end, moment),
            against_trades=against_trades,
            deep=deep,
            max_lag=parse_optional_duration(max_lag, option="max_lag"),
        )
        return run.told(
            validate(self._lake, asked, Silence(), lateness_fails=max_lag is not None), engine=self._settings.engine
        )

    def status(self, *, max_lag: str | None = None, now: "Time | None" = None) -> "StatusReport":
        """How far each table is up to date, from metadata alone, as in ``k2 ohlcv status``.

        Args:
            max_lag: Maximum lag of a table: ``15m``, ``2h`` …; a table that lags more makes the report's exit code 3.
                None: the limits in the settings apply, and a table beyond them is only reported.
            now: The time to take as now; None: the system clock.

        Raises:
            UsageError: An argument is invalid.
            TableMissing: No candle table exists.

        Examples:
            >>> {str(table.timeframe): table.rows for table in lake.status().tables if table.timeframe}
            {'1m': 2141, '5m': 506, '30m': 90, '1h': 47, '1d': 10}
        """
        from k2cli.jobs.status import lag_limits, status
        from k2cli.language.times import fixed

        run = _begun()
        limits = lag_limits(max_lag, self._settings)
        return run.told(
            status(self._lake, fixed(_moment(now, run)), limits, lateness_fails=max_lag is not None),
            engine=self._settings.engine,
        )


def _begun() -> "Run":
    from k2cli.language.times import system_clock
    from k2cli.reports import Run
    from k2cli.session.environment import new_run_id

    return Run(run_id=new_run_id(), began=system_clock())


def _moment(now: "Time | None", run: "Run") -> int:
    """The time that a run takes as now: the given one, else its start."""
    from k2cli.language.times import parse_instant

    return run.began if now is None else parse_instant(now, option="now", now=run.began)


def _span(start: "Time | None", end: "Time | None", now: int) -> tuple[int | None, int | None]:
    from k2cli.language.times import parse_span

    return parse_span(start, end, now=now, names=("start", "end"))
