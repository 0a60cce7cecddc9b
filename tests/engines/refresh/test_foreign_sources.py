"""What of a source is refused by name, and a source that is cut anew; what is read all the same is in the kit."""

from collections.abc import Callable

import pytest
from pyiceberg.types import BooleanType, DoubleType, FloatType, IcebergType, StringType

from engines.domain.losses import RemovedTrades
from engines.domain.results import Creation
from engines.domain.timeframe import DAY, MINUTE
from engines.errors import TableMissing, UsageError
from engines.lake import Lake
from engines.testing.foreign import NEEDED, foreign_source, schema
from engines.testing.history import History, trade
from engines.testing.oracle import Trade
from engines.testing.strategies import MIDNIGHT

NOW = MIDNIGHT + DAY


def some(count: int) -> list[Trade]:
    return [trade(MIDNIGHT + n * 17 * MINUTE, str(n), price=f"{n + 1}.5") for n in range(count)]


@pytest.mark.parametrize(
    ("columns", "named"),
    [
        ({"price": FloatType()}, "column price is float, and price is read from decimal"),
        ({"quantity": BooleanType()}, "column quantity is boolean, and quantity is read from decimal"),
        ({"timestamp": StringType()}, "column timestamp is string, and timestamp is read from timestamptz"),
        ({"side": BooleanType()}, "column side is boolean, and side is read from string"),
        ({"source_sequence": StringType()}, "column source_sequence is string, and source_sequence is read from long"),
    ],
    ids=str,
)
def test_a_column_of_a_wrong_type_is_named(
    new_lake: Callable[..., Lake], columns: dict[str, IcebergType], named: str
) -> None:
    history = foreign_source(new_lake(), {**NEEDED, **columns})
    with pytest.raises(UsageError) as refused:
        history.aggregate(NOW)

    assert named in refused.value.message
    assert refused.value.hint.startswith(f"write below [trades.columns]: {next(iter(columns))} = ")
    assert refused.value.exit_code == 2


def test_create_tables_looks_at_the_source_too(new_lake: Callable[..., Lake]) -> None:
    lake = foreign_source(new_lake(), {**NEEDED, "price": FloatType()}).lake
    unfit = lake.create_tables()[0]

    assert (unfit.table, unfit.status) == (lake.names.source, Creation.DIFFERS)
    assert "column price is float" in unfit.differences[0]
    assert "[trades.columns]: price = " in unfit.differences[0]


def test_all_missing_columns_are_named(new_lake: Callable[..., Lake]) -> None:
    lake = new_lake()
    lake.create_tables()
    lake.tables.catalog.create_table(lake.names.source, schema({"symbol": StringType(), "price": DoubleType()}))
    with pytest.raises(UsageError) as refused:
        _bare(lake).aggregate(NOW)

    for name in ("message_id", "exchange", "timestamp", "quantity"):
        assert f"column {name}" in refused.value.message


def _bare(lake: Lake) -> History:
    history = History.__new__(History)
    history.lake = lake
    return history


def test_no_source_says_how_to_make_one(new_lake: Callable[..., Lake]) -> None:
    lake = new_lake()
    lake.create_tables()
    with pytest.raises(TableMissing) as missing:
        _bare(lake).aggregate(NOW)

    assert "create-tables --with-trades" in missing.value.hint


def test_a_source_that_is_gone_is_not_to_be_made_anew(history: History) -> None:
    """An empty table in its place would look as if all trades had been removed."""
    history.append(some(1))
    history.run(NOW)
    history.lake.tables.catalog.drop_table(history.lake.names.source)
    with pytest.raises(TableMissing) as missing:
        history.aggregate(NOW)

    assert "was it dropped, renamed or moved?" in missing.value.hint
    assert "--with-trades" not in missing.value.hint


def test_a_partition_that_changed_under_way(history: History) -> None:
    history.append(some(20))
    history.run(NOW)
    with history.table.update_spec() as spec:
        spec.remove_field("exchange_hour")
    history.append(some(40)[20:])
    history.run(NOW)
    history.prove(NOW)
    history.mask(lambda place: place.first >= MIDNIGHT + 20 * 17 * MINUTE)
    history.delete(MIDNIGHT, MIDNIGHT + 20 * MINUTE)
    history.run(NOW, removed=RemovedTrades.RECOMPUTE)

    history.prove(NOW)
