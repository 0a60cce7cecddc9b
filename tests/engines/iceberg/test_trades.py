"""Trades are read as they were delivered, in our columns, whoever made the table."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from pyiceberg.types import DecimalType, IntegerType

from engines.base import TradeQuery
from engines.domain.tables import TRADES_NEEDED, TRADES_USED
from engines.domain.timeframe import MINUTE
from engines.errors import TableMissing, UsageError
from engines.lake import Lake
from engines.testing.history import History, trade
from engines.testing.oracle import Trade
from engines.testing.strangers import NEEDED, append_rows, foreign_source
from engines.testing.strategies import MIDNIGHT


def read(history: History, **query: object) -> list[Trade]:
    """The trades of a query, by their ids."""
    rows = history.lake.trades(TradeQuery(**query)).to_pylist()  # type: ignore[arg-type]
    return sorted((Trade(**row) for row in rows), key=lambda found: (found.message_id or "", found.timestamp or 0))


def test_an_empty_source_has_the_columns_that_candles_are_made_of(history: History) -> None:
    found = history.lake.trades(TradeQuery())

    assert found.num_rows == 0
    assert found.column_names == [*TRADES_NEEDED, *TRADES_USED]


def test_copies_and_invalid_trades_are_there_too(history: History) -> None:
    copied = trade(MIDNIGHT, "1", "9999999999.99999999", "0.00000001", side="buy", source_sequence=7)
    invalid = trade(MIDNIGHT + 1, "2", "0")
    history.append([copied, invalid])
    history.append([copied])

    assert read(history) == [copied, copied, invalid]


def test_every_filter_leaves_out_the_others(history: History) -> None:
    first, second, third = (trade(MIDNIGHT + n * MINUTE, str(n)) for n in range(3))
    elsewhere = trade(MIDNIGHT, "4", exchange="it's")
    another = trade(MIDNIGHT, "5", symbol='"A" \\ B')
    history.append([first, second, third, elsewhere, another])

    assert read(history, start=MIDNIGHT + MINUTE) == [second, third]
    assert read(history, end=MIDNIGHT + MINUTE) == [first, elsewhere, another]
    assert read(history, start=MIDNIGHT + 1, end=MIDNIGHT + 2 * MINUTE) == [second]
    assert read(history, exchange="it's") == [elsewhere]
    assert read(history, symbol='"A" \\ B') == [another]
    assert read(history, symbol="BTCUSDT", exchange="it's", start=MIDNIGHT) == [elsewhere]
    assert read(history, symbol="none") == []


def test_deleted_rows_are_not_there(history: History) -> None:
    kept, gone = trade(MIDNIGHT, "1"), trade(MIDNIGHT + MINUTE, "2")
    history.append([kept, gone])
    history.mask(lambda place: place.first == MIDNIGHT, every=2, scoped=True)

    assert read(history) == sorted(history.trades, key=lambda found: found.message_id or "")
    assert len(history.trades) == 1


def test_a_strangers_table_is_read_in_our_types_with_null_for_what_it_lacks(
    new_lake: Callable[..., Lake], history: History
) -> None:
    columns = {**NEEDED, "price": DecimalType(10, 2), "source_sequence": IntegerType(), "fee": DecimalType(9, 3)}
    stranger = foreign_source(new_lake(), columns)
    row = trade(MIDNIGHT, "1", "12.30", "4", source_sequence=3)
    append_rows(stranger.table, [row], fee=[Decimal("0.125")])

    assert read(stranger) == [row]
    assert stranger.lake.trades(TradeQuery()).schema == history.lake.trades(TradeQuery()).schema


def test_rows_that_are_deleted_by_value_are_never_read_past(history: History) -> None:
    history.append([trade(MIDNIGHT, "1"), trade(MIDNIGHT, "2")])
    history.delete_by_id("1")
    with pytest.raises(UsageError, match="equality deletes"):
        history.lake.trades(TradeQuery())


def test_no_source_says_how_to_make_one(new_lake: Callable[..., Lake]) -> None:
    with pytest.raises(TableMissing) as missing:
        new_lake().trades(TradeQuery())

    assert "create-tables --with-trades" in missing.value.hint
