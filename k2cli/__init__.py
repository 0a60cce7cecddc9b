"""Exact candles from Python: `k2cli.open` finds the lake that the commands work on, and its methods do what they do.

Nothing is printed and no logging is configured. What goes wrong is raised as one of `engines.errors`; where some tables
of a run failed and others did not, the report says so.
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

    The settings are found as the commands find them: ``K2_*`` variables, then the nearest ``k2.toml`` from the working
    directory upwards, then the user's own, then the defaults. What is given here comes before all of them.

    Args:
        config: This settings file, in place of the nearest ``k2.toml``.
        engine: Name of the engine, as ``k2 engines`` lists them.
        **settings: Settings and sections by the names they have in ``k2.toml``; paths are relative to the working
            directory.

    Raises:
        UsageError: A setting is wrong, there is no such engine, or no catalog where the settings say.

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
    """Trades and the candles that are kept from them; made by `k2cli.open`.

    Times are texts as the commands take them (``2024-03-01 12:00``, ``7d`` for a week ago, ``yesterday``), dates or
    datetimes, and UTC where they tell no zone. A span holds its start, not its end. As a context manager the lake is
    closed at the end.

    Args:
        lake: The tables, with the engine that works on them.
        settings: What is done with them.
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
        """Let go of the connections to the catalog; a method that is called later connects again."""
        self._lake.close()

    def candles(
        self,
        timeframe: str,
        *,
        symbol: str | None = None,
        exchange: str | None = None,
        start: "Time | None" = None,
        end: "Time | None" = None,
        allow_empty: bool = False,
    ) -> "pl.DataFrame":
        """Candles as they are stored, sorted by exchange, symbol and window_start.

        Args:
            timeframe: The table: ``1m``, ``1h`` ….
            symbol: Only this symbol.
            exchange: Only this exchange.
            start: Only windows that start at this time or later.
            end: Only windows that start before this time.
            allow_empty: Return no rows where the table has no candles of the symbol or the exchange at all.

        Returns:
            All columns of the table, in its order: prices and volumes as decimals, times in UTC.

        Raises:
            UsageError: There are no candles of that timeframe, symbol or exchange, or a time is none.
            TableMissing: The table does not exist.

        Examples:
            >>> hours = lake.candles("1h", symbol="ATOMUSD", start="2021-07-03 18:00", end="2021-07-03 20:00")
            >>> hours.select("close_price", "volume", "trade_count").rows()
            [(Decimal('11.87900000'), Decimal('4.35080000'), 207), (Decimal('11.93800000'), Decimal('0.88330000'), 169)]
        """
        import polars as pl

        from engines.base import CandleQuery
        from k2cli.jobs.show import show

        (wanted,) = self._settings.timeframes([timeframe])
        now = _begun().began
        first, last = _span(start, end, now)
        query = CandleQuery(timeframe=wanted, exchange=exchange, symbol=symbol, start=first, end=last)
        return pl.DataFrame(show(self._lake, query, now=now, allow_empty=allow_empty).candles.table())

    def trades(
        self,
        *,
        symbol: str | None = None,
        exchange: str | None = None,
        start: "Time | None" = None,
        end: "Time | None" = None,
    ) -> "pl.DataFrame":
        """Trades as they were delivered, copies and invalid ones among them, in the order in which candles take them.

        Args:
            symbol: Only this symbol.
            exchange: Only this exchange.
            start: Only trades at this time or later.
            end: Only trades before this time.

        Returns:
            The columns that candles are made of, sorted by exchange, symbol, timestamp, source_sequence and message_id:
            message_id, symbol, exchange, timestamp (UTC), price, quantity, side, source_sequence, ingestion_timestamp,
            platform_sequence. Of these a table may lack the last four: they are null.

        Raises:
            UsageError: A time is none, or the table cannot be read as trades.
            TableMissing: There are no trades.

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
            *timeframes: The tables; none means all.
            start: Recompute windows from this time on, although nothing changed there.
            end: Recompute windows before this time likewise.
            lookback: Recompute the last ``10m``, ``6h``, ``2d`` … likewise.
            rebuild: Recompute all but what is frozen.
            include_open: Publish windows that are not over yet, too.
            incremental_only: Refuse a full rebuild.
            dry_run: Say what would be done, and do nothing.
            now: The time to take for now; None: the machine's clock.

        Returns:
            What was done, table by table. A table that failed tells why, and does not keep the others from being
            brought up to date; ``raise_for_failures()`` makes an exception of it.

        Raises:
            UsageError: The arguments contradict each other, or are none.
            TableMissing: The trades or a candle table do not exist.

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
        """Hold candle tables against what must be true, as ``k2 ohlcv validate`` does.

        Args:
            *timeframes: The tables; none means all.
            against_trades: Recompute the candles from the trades of the recorded snapshot, and compare.
            deep: Read every byte of the candles' files.
            start: Only windows that start at this time or later.
            end: Only windows that start before this time.
            max_lag: How far a table may be behind: ``15m``, ``2h`` …; None: as far as the settings say, as a warning.
            now: The time to take for now; None: the machine's clock.

        Returns:
            What was looked at and what is broken, with the first broken rows.

        Raises:
            UsageError: An argument is none, or the trades' snapshot is not kept any more.
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
        """How far the tables are, from metadata alone, as ``k2 ohlcv status`` tells.

        Args:
            max_lag: How far a table may be behind: ``15m``, ``2h`` …; None: as far as the settings say, as a warning.
            now: The time to take for now; None: the machine's clock.

        Raises:
            UsageError: An argument is none.
            TableMissing: There is not one candle table.

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
    """The time that a run takes for now."""
    from k2cli.language.times import parse_instant

    return run.began if now is None else parse_instant(now, option="now", now=run.began)


def _span(start: "Time | None", end: "Time | None", now: int) -> tuple[int | None, int | None]:
    from k2cli.language.times import parse_span

    return parse_span(start, end, now=now, names=("start", "end"))
