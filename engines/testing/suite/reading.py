"""Theme: candles out of a table, as asked for."""

import pytest

from engines.base import CandleQuery
from engines.domain.timeframe import HOUR, M1, MINUTE
from engines.errors import TableMissing
from engines.testing.arrow import candles_of
from engines.testing.history import History, trade
from engines.testing.strategies import MIDNIGHT, SERIES
from engines.testing.suite.kit import NOW, Kit, NewLake, rows


class Reading(Kit):
    """`Engine.read`."""

    @pytest.mark.parametrize(
        "asked",
        [
            {},
            {"exchange": "kraken"},
            {"symbol": "BTCUSDT", "start": MIDNIGHT + HOUR},
            {"start": MIDNIGHT + MINUTE, "end": MIDNIGHT + 2 * HOUR},
            {"symbol": "NOBODY"},
            {"end": MIDNIGHT},
        ],
        ids=str,
    )
    def test_by_series_and_time(self, history: History, asked: dict[str, object]) -> None:
        history.append(
            [
                trade(MIDNIGHT + h * HOUR, str(h), exchange=exchange, symbol=symbol)
                for h in range(3)
                for exchange, symbol in SERIES
            ]
        )
        history.run(NOW, M1)
        found = candles_of(history.lake.candles(CandleQuery(timeframe=M1, **asked)))  # type: ignore[arg-type]

        assert found == [
            candle
            for candle in history.truth(M1, NOW)
            if asked.get("exchange", candle.exchange) == candle.exchange
            and asked.get("symbol", candle.symbol) == candle.symbol
            and int(str(asked.get("start", 0))) <= candle.window_start < int(str(asked.get("end", NOW)))
        ]

    @pytest.mark.parametrize("limit", [0, 1, 3, 100])
    def test_of_more_than_the_limit_the_newest_in_table_order(self, history: History, limit: int) -> None:
        """Order is by exchange, symbol, window; of windows of one time the first series come first."""
        history.append(
            [trade(MIDNIGHT + h * 20 * HOUR // 19, f"{h}", exchange=e) for h in range(4) for e in ("b", "a")]
        )
        history.run(NOW, M1)
        table = history.lake.candles(CandleQuery(timeframe=M1, limit=limit)).to_pylist()
        newest = sorted(rows(history), key=lambda row: (str(row["window_start"]), row["exchange"] == "a"))[::-1]

        assert table == sorted(newest[:limit], key=lambda row: (str(row["exchange"]), str(row["window_start"])))

    def test_an_empty_table_has_no_candles_but_columns(self, history: History) -> None:
        table = history.lake.candles(CandleQuery(timeframe=M1))

        assert (table.num_rows, table.num_columns) == (0, 17)

    def test_a_missing_table_is_named(self, new_lake: NewLake) -> None:
        with pytest.raises(TableMissing, match="gold_ohlcv_1m"):
            new_lake().candles(CandleQuery(timeframe=M1))
