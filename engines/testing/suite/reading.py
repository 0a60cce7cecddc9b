"""Theme: queries for candles and trades."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import pyarrow as pa
import pytest
from pyiceberg.types import DecimalType, IntegerType

from engines.arrow import arrow_type
from engines.base import CandleQuery, Limits, TradeQuery
from engines.domain.candle import CANDLE_KEY, CANDLE_KEY_BY_TIME, CANDLES
from engines.domain.decimals import SCALE
from engines.domain.tables import TRADES_READ
from engines.domain.timeframe import DAY, HOUR, M1, MINUTE
from engines.errors import TableMissing
from engines.testing.arrow import candles_of
from engines.testing.foreign import NEEDED, USED, append_rows, foreign_source
from engines.testing.history import History, trade
from engines.testing.oracle import Trade
from engines.testing.strategies import MIDNIGHT, SERIES
from engines.testing.suite.kit import NOW, Kit, NewLake, rows, started

_ASKED: tuple[Mapping[str, object], ...] = (
    {},
    {"exchange": "it's"},
    {"symbol": '"A" \\ B', "end": MIDNIGHT + 3 * HOUR},
    {"start": MIDNIGHT + HOUR},
    {"start": MIDNIGHT + 1, "end": MIDNIGHT + 2 * HOUR},
    {"symbol": "NOBODY"},
    {"end": MIDNIGHT},
)


class Reading(Kit):
    """Tests of `Engine.read`."""

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
        history.prepare(NOW, M1)
        found = candles_of(history.lake.candles(CandleQuery(timeframe=M1, **asked)).read_all())  # type: ignore[arg-type]

        assert found == [
            candle
            for candle in history.truth(M1, NOW)
            if asked.get("exchange", candle.exchange) == candle.exchange
            and asked.get("symbol", candle.symbol) == candle.symbol
            and int(str(asked.get("start", 0))) <= candle.window_start < int(str(asked.get("end", NOW)))
        ]

    @pytest.mark.parametrize("limit", [0, 1, 3, 100])
    def test_of_more_than_the_limit_the_newest_in_table_order(self, new_lake: NewLake, limit: int) -> None:
        """Table order is exchange, symbol, window; among windows of the same time the first series are preferred."""
        history = started(new_lake(limits=Limits(read=3)))
        history.append(
            [trade(MIDNIGHT + h * 20 * HOUR // 19, f"{h}", exchange=e) for h in range(4) for e in ("b", "a")]
        )
        history.prepare(NOW, M1)
        table = history.lake.candles(CandleQuery(timeframe=M1, limit=limit)).read_all().to_pylist()
        newest = sorted(rows(history), key=lambda row: (str(row["window_start"]), row["exchange"] == "a"))[::-1]

        assert table == sorted(newest[:limit], key=lambda row: (str(row["exchange"]), str(row["window_start"])))

    def test_an_empty_table_has_no_candles_but_columns(self, history: History) -> None:
        table = history.lake.candles(CandleQuery(timeframe=M1)).read_all()

        assert (table.num_rows, table.column_names) == (0, [column.name for column in CANDLES])

    @pytest.mark.parametrize("most", [3, 8])
    def test_candles_that_do_not_fit_into_memory_come_part_by_part(self, new_lake: NewLake, most: int) -> None:
        """Batches are in table order; some series have more candles than fit at once, while several others do fit."""
        history = started(new_lake(limits=Limits(read=most)))
        instants = [MIDNIGHT - DAY + n * 9 * HOUR for n in range(4)]
        history.append([trade(t, f"{t}", exchange=e, symbol=s) for t in instants for e, s in SERIES])
        history.append([trade(t + MINUTE, f"{t} later") for t in instants])
        history.prepare(NOW, M1)
        batches = list(history.lake.candles(CandleQuery(timeframe=M1)))
        table = pa.Table.from_batches(batches)

        assert table.sort_by([(name, "ascending") for name in CANDLE_KEY]).equals(table)
        assert candles_of(table) == history.truth(M1, NOW)
        assert max(batch.num_rows for batch in batches) <= most

    @pytest.mark.parametrize("asked", [{}, {"symbol": SERIES[0][1]}, {"limit": 5}], ids=str)
    @pytest.mark.parametrize("most", [3, 1000])
    def test_by_time_in_parts_and_at_once(self, new_lake: NewLake, most: int, asked: dict[str, object]) -> None:
        """The same candles, sorted by window first, then by series."""
        history = started(new_lake(limits=Limits(read=most)))
        instants = [MIDNIGHT - DAY + n * 9 * HOUR for n in range(4)]
        history.append([trade(t, f"{t}", exchange=e, symbol=s) for t in instants for e, s in SERIES])
        history.prepare(NOW, M1)
        by_series, by_time = (
            history.lake.candles(CandleQuery(timeframe=M1, by_time=by_time, **asked)).read_all()  # type: ignore[arg-type]
            for by_time in (False, True)
        )

        assert by_series.num_rows > 3
        assert by_time.equals(by_series.sort_by([(name, "ascending") for name in CANDLE_KEY_BY_TIME]))

    def test_trades_that_do_not_fit_into_memory_come_part_by_part(self, new_lake: NewLake) -> None:
        """One of the trades has no event time if the table allows that."""
        for source in (foreign_source(new_lake(limits=Limits(read=2)), USED), started(new_lake(limits=Limits(read=2)))):
            source.append([trade(MIDNIGHT + n * HOUR, str(n)) for n in range(7)])
            if not source.table.schema().find_field("timestamp").required:
                source.append([replace(trade(MIDNIGHT, "timeless"), timestamp=None)])

            assert _trades(source, {}) == source.rows
            assert sum(_trades(source, {"start": MIDNIGHT + 2 * HOUR}).values()) == 5

    def test_trades_as_they_were_delivered(self, history: History) -> None:
        """Duplicates and invalid trades are read as well; deleted rows are not."""
        delivered = [
            trade(MIDNIGHT, "copy", "9999999999.99999999", "0.00000001", side="buy", source_sequence=7),
            trade(MIDNIGHT + HOUR, "invalid", "0"),
            trade(MIDNIGHT + 2 * HOUR, "quoted", exchange="it's", symbol='"A" \\ B'),
            *(trade(MIDNIGHT + 3 * HOUR + n, f"deleted {n}") for n in range(2)),
        ]
        history.append(delivered)
        history.append(delivered[:1])
        history.mask(lambda place: place.first >= MIDNIGHT + 3 * HOUR)

        for asked in _ASKED:
            assert _trades(history, asked) == Counter(
                row
                for row in history.trades
                if asked.get("exchange", row.exchange) == row.exchange
                and asked.get("symbol", row.symbol) == row.symbol
                and int(str(asked.get("start", 0))) <= (row.timestamp or 0) < int(str(asked.get("end", NOW)))
            )
        assert history.rows[delivered[0]] == 2

    def test_trades_of_anybodys_table_in_our_columns(self, new_lake: NewLake, history: History) -> None:
        """Missing columns are null, extra columns are left out, and types are those of the k2 schema."""
        columns = {**NEEDED, "price": DecimalType(10, 2), "source_sequence": IntegerType(), "fee": DecimalType(9, 3)}
        foreign = foreign_source(new_lake(), columns)
        row = trade(MIDNIGHT, "1", "12.30", "4", source_sequence=3)
        append_rows(foreign.table, [row], fee=[Decimal("0.125")])
        found = foreign.lake.trades(TradeQuery())

        assert _trades(foreign, {}) == Counter([row])
        assert found.schema.names == [column.name for column in TRADES_READ]
        assert found.schema.field("price").type == arrow_type(SCALE.price)
        assert history.lake.trades(TradeQuery()).schema.names == found.schema.names

    def test_missing_trades_are_named(self, new_lake: NewLake) -> None:
        with pytest.raises(TableMissing, match="gold_crypto_trades"):
            new_lake().trades(TradeQuery())

    def test_a_missing_table_is_named(self, new_lake: NewLake) -> None:
        with pytest.raises(TableMissing, match="gold_ohlcv_1m"):
            new_lake().candles(CandleQuery(timeframe=M1))


def _trades(history: History, asked: Mapping[str, object]) -> Counter[Trade]:
    found = history.lake.trades(TradeQuery(**asked))  # type: ignore[arg-type]
    return Counter(Trade(**row) for row in found.read_all().to_pylist())
