"""Trades that a caller hands over are appended exactly as they are, or refused with the name of each column."""

from collections.abc import Callable
from decimal import Decimal

import pyarrow as pa
import pytest

from engines.errors import UsageError
from engines.lake import Lake
from engines.testing.arrow import trades_table
from engines.testing.history import History, trade
from engines.testing.strategies import MIDNIGHT
from tests.empty_tables import with_tables

GOOD = trades_table([trade(MIDNIGHT, "1")])


@pytest.fixture
def history(new_lake: Callable[..., Lake]) -> History:
    """An empty table of trades."""
    return History(with_tables(new_lake()))


def with_column(name: str, values: pa.Array) -> pa.Table:
    return GOOD.set_column(GOOD.column_names.index(name), name, values)


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (GOOD.drop_columns(["price", "exchange_date"]), r"column price \(.*\) is missing; column exchange_date"),
        (with_column("symbol", pa.array([None], pa.string())), "column symbol has no value in 1 rows"),
        (with_column("price", pa.array([1.5])), "column price is double, not decimal"),
        (with_column("price", pa.array(["1.5"])), "column price is string, not decimal"),
        (with_column("price", pa.array([Decimal("0.0000000001")])), "column price does not fit decimal"),
        (with_column("price", pa.array([Decimal(10**11)])), "column price does not fit decimal"),
        (with_column("timestamp", pa.array([1], pa.timestamp("ms"))), "column timestamp is timestamp"),
        (GOOD.append_column("fee", pa.array([1])), "the table has no column fee"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(history: History, rows: pa.Table, why: str) -> None:
    with pytest.raises(UsageError, match=f"nothing was appended to .*gold_crypto_trades: {why}"):
        history.lake.append([GOOD, rows], run_id="r")

    history.check()


def test_types_of_one_kind_are_made_those_of_the_table(history: History) -> None:
    rows = with_column("price", pa.array([Decimal(1)], pa.decimal128(9, 2)))
    narrow = rows.set_column(rows.column_names.index("symbol"), "symbol", rows["symbol"].dictionary_encode())
    history.lake.append([narrow.drop_columns(["side"])], run_id="r")
    history.rows.update([trade(MIDNIGHT, "1")])

    history.check()
