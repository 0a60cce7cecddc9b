"""Theme: times in nanoseconds, which tables of format version 3 have, are read to the last digit or refused by name."""

from collections import Counter

import pytest
from pyiceberg.types import IcebergType, TimestampNanoType, TimestamptzNanoType

from engines.base import TradeQuery
from engines.domain.timeframe import M1, MINUTE
from engines.errors import UsageError
from engines.testing import oracle
from engines.testing.arrow import candles_of
from engines.testing.formats import append_nanoseconds, nanosecond_source
from engines.testing.history import History, trade
from engines.testing.oracle import Trade
from engines.testing.strategies import MIDNIGHT
from engines.testing.suite.kit import NOW, Kit, NewLake, target
from engines.testing.suite.sources import some

TYPES = (TimestampNanoType(), TimestamptzNanoType())


class Nanoseconds(Kit):
    """Tests with columns of the types timestamp_ns and timestamptz_ns."""

    @pytest.mark.parametrize("type_", TYPES, ids=str)
    def test_times_are_cut_to_microseconds_and_the_rest_decides_the_order(
        self, new_lake: NewLake, type_: IcebergType
    ) -> None:
        """An engine that declares that it does not read them refuses the table, before anything is read."""
        history = nanosecond_source(new_lake(timeframes=(M1,)), type_)
        trades = [*some(), *_in_one_microsecond()]
        append_nanoseconds(history.lake, [(one, 0) for one in some()])
        append_nanoseconds(history.lake, [(one, 900 - 300 * n) for n, one in enumerate(_in_one_microsecond())])
        if not history.lake.engine.reads_nanoseconds:
            _refused(history, str(type_))
            return
        history.run(NOW)
        found = candles_of(target(history).scan().to_arrow())

        assert [found[0].open, found[0].close] == [1, 3]
        assert found[1:] == oracle.candles(trades, MINUTE)[1:]
        assert Counter(Trade(**row) for row in history.lake.trades(TradeQuery()).read_all().to_pylist()) == Counter(
            trades
        )

    @pytest.mark.parametrize("type_", TYPES, ids=str)
    def test_an_incremental_run_reads_what_is_new_alone(self, new_lake: NewLake, type_: IcebergType) -> None:
        history = nanosecond_source(new_lake(timeframes=(M1,)), type_)
        if not history.lake.engine.reads_nanoseconds:
            return
        append_nanoseconds(history.lake, [(one, 1) for one in some()])
        history.prepare(NOW)
        late = trade(MIDNIGHT + 30 * MINUTE, "late", price="7")
        append_nanoseconds(history.lake, [(late, 999)])
        (table,) = history.run(NOW)

        assert (table.windows, table.trades_read) == (1, 1)
        assert candles_of(target(history).scan().to_arrow()) == oracle.candles([*some(), late], MINUTE)


def _in_one_microsecond() -> list[Trade]:
    """Trades that are the newer the smaller their ids are, by parts of a microsecond."""
    return [trade(MIDNIGHT - 1, message_id, price=str(n)) for n, message_id in ((3, "a"), (2, "b"), (1, "c"))]


def _refused(history: History, type_: str) -> None:
    for act in (lambda: history.aggregate(NOW), lambda: history.lake.trades(TradeQuery())):
        with pytest.raises(UsageError) as refused:
            act()
        assert f"column timestamp is {type_}, which this engine does not read" in refused.value.message
        assert "--engine polars" in refused.value.hint
