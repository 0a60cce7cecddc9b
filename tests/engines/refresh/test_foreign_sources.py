"""The source may be anyone's: other columns, types, partitions, statistics."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from pyiceberg.partitioning import UNPARTITIONED_PARTITION_SPEC, PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.table import Table
from pyiceberg.transforms import BucketTransform
from pyiceberg.types import DecimalType, DoubleType, IcebergType, LongType, NestedField, StringType, TimestamptzType

from engines.base import Engine
from engines.domain.changes import RemovedTrades
from engines.domain.timeframe import DAY, HOUR, MINUTE, Timeframe
from engines.errors import TableMissing, UsageError
from engines.testing.history import History, everywhere, trade
from engines.testing.oracle import Trade
from engines.testing.strategies import MIDNIGHT

NOW = MIDNIGHT + DAY
NEEDED: dict[str, IcebergType] = {
    "symbol": StringType(),
    "price": DecimalType(18, 8),
    "quantity": DecimalType(18, 8),
    "timestamp": LongType(),
    "exchange": StringType(),
    "message_id": StringType(),
}


def schema(columns: dict[str, IcebergType], *, first_id: int = 1) -> Schema:
    return Schema(*(NestedField(i, name, type_) for i, (name, type_) in enumerate(columns.items(), first_id)))


def source(
    engine: Engine,
    columns: dict[str, IcebergType] | None = None,
    spec: PartitionSpec = UNPARTITIONED_PARTITION_SPEC,
    **properties: str,
) -> History:
    """Somebody's table of trades, and our candle tables."""
    engine.create_tables()
    engine.lake.catalog.create_table(
        engine.lake.names.source,
        schema(columns or NEEDED, first_id=7),
        partition_spec=spec,
        properties={name.replace("_", ".").replace("..", "-"): value for name, value in properties.items()},
    )
    return History(engine)


def some(count: int = 40, **columns: object) -> list[Trade]:
    return [
        trade(MIDNIGHT + n * 17 * MINUTE, str(n), price=f"{n + 1}.5", **columns)  # type: ignore[arg-type]
        for n in range(count)
    ]


def live(history: History) -> None:
    """New trades, late ones, a correction of rows, a row delete: and each time the oracle's candles."""
    history.append(some())
    history.run(NOW)
    history.prove(NOW)
    history.append([trade(MIDNIGHT + 3, "late"), *some(2)])
    history.run(NOW)
    history.prove(NOW)
    history.delete(MIDNIGHT + 3, MIDNIGHT + HOUR)
    history.mask(everywhere, every=5)
    history.run(NOW, removed=RemovedTrades.RECOMPUTE)
    history.prove(NOW)


def test_needed_columns_alone_in_any_order_are_enough(new_engine: Callable[..., Engine]) -> None:
    live(source(new_engine()))


def test_an_unpartitioned_source_costs_the_dirty_files_only(new_engine: Callable[..., Engine]) -> None:
    history = source(new_engine())
    history.append(some())
    history.run(NOW)
    history.append([trade(MIDNIGHT + 3, "late")])
    finest, *_ = history.run(NOW)

    assert finest.windows == 1
    history.prove(NOW)


def test_a_source_cut_by_something_else_than_time(new_engine: Callable[..., Engine]) -> None:
    spec = PartitionSpec(PartitionField(12, 1000, BucketTransform(4), "bucket"))
    live(source(new_engine(), spec=spec))


def test_extra_columns_do_not_matter(new_engine: Callable[..., Engine]) -> None:
    engine = new_engine()
    engine.create_tables()
    extra = {"fee": DoubleType(), **NEEDED, "open": StringType(), "side": StringType(), "valid": StringType()}
    table = engine.lake.catalog.create_table(engine.lake.names.source, schema(extra))
    rows = some(side="buy")
    append(table, rows, fee=[0.1] * len(rows), open=["x"] * len(rows), valid=["no"] * len(rows))
    history = History(engine)
    history.run(NOW)

    assert len(history.rows) == len(rows)
    history.prove(NOW)


def append(table: Table, rows: Sequence[Trade], **more: list[Any]) -> None:
    """Rows by PyIceberg, the trade's columns beside any others."""
    arrow = table.schema().as_arrow()
    columns = {name: [getattr(row, name) for row in rows] for name in arrow.names if name not in more}
    table.append(pa.table({**columns, **more}, schema=None).select(arrow.names).cast(arrow))


def test_smaller_decimals_are_read_exactly(new_engine: Callable[..., Engine]) -> None:
    live(source(new_engine(), {**NEEDED, "price": DecimalType(12, 4), "quantity": DecimalType(9, 2)}))


@pytest.mark.parametrize(
    ("columns", "named"),
    [
        ({"price": DoubleType()}, "column price is double"),
        ({"price": DecimalType(38, 18)}, "column price is decimal(38, 18)"),
        ({"timestamp": TimestamptzType()}, "column timestamp is timestamptz"),
        ({"side": LongType()}, "column side is long"),
        ({"source_sequence": StringType()}, "column source_sequence is string"),
    ],
    ids=str,
)
def test_a_column_of_a_wrong_type_is_named(
    new_engine: Callable[..., Engine], columns: dict[str, IcebergType], named: str
) -> None:
    history = source(new_engine(), {**NEEDED, **columns})
    with pytest.raises(UsageError) as refused:
        history.aggregate(NOW)

    assert named in refused.value.message
    assert refused.value.exit_code == 2


def test_all_missing_columns_are_named(new_engine: Callable[..., Engine]) -> None:
    engine = new_engine()
    engine.create_tables()
    engine.lake.catalog.create_table(engine.lake.names.source, schema({"symbol": StringType(), "price": DoubleType()}))
    with pytest.raises(UsageError) as refused:
        _bare(engine).aggregate(NOW)

    for name in ("message_id", "exchange", "timestamp", "quantity"):
        assert f"column {name}" in refused.value.message


def _bare(engine: Engine) -> History:
    history = History.__new__(History)
    history.engine = engine
    return history


def test_no_source_says_how_to_make_one(new_engine: Callable[..., Engine]) -> None:
    engine = new_engine()
    engine.create_tables()
    with pytest.raises(TableMissing) as missing:
        _bare(engine).aggregate(NOW)

    assert "create-tables --with-trades" in missing.value.hint


def test_files_without_bounds_have_their_times_read(new_engine: Callable[..., Engine]) -> None:
    history = source(new_engine(), write_metadata_metrics_default="none")
    history.append(some())
    files = [task.file for task in history.table.scan().plan_files()]
    assert not any(file.lower_bounds for file in files)
    history.run(NOW)
    history.prove(NOW)
    history.append([trade(MIDNIGHT + 3, "late"), trade(MIDNIGHT + 4, "late")])
    finest, *_ = history.run(NOW)

    assert finest.windows == 1
    history.prove(NOW)


def test_renamed_columns_are_found_by_field_id(new_engine: Callable[..., Engine]) -> None:
    engine = new_engine()
    engine.create_tables()
    before = {
        ("event_us" if name == "timestamp" else "px" if name == "price" else name): t for name, t in NEEDED.items()
    }
    table = engine.lake.catalog.create_table(engine.lake.names.source, schema(before))
    rows = some()
    append(table, rows, event_us=[row.timestamp for row in rows], px=[row.price for row in rows])
    table = engine.lake.source()
    with table.update_schema() as update:
        update.rename_column("event_us", "timestamp")
        update.rename_column("px", "price")
    history = History(engine)
    history.run(NOW)
    history.prove(NOW)
    history.append([trade(MIDNIGHT + 3, "late"), *some(3)])
    finest, *_ = history.run(NOW)

    assert finest.duplicates >= 3
    history.prove(NOW)


def test_a_column_that_was_dropped_and_made_anew_is_another(new_engine: Callable[..., Engine]) -> None:
    engine = new_engine()
    engine.create_tables()
    table = engine.lake.catalog.create_table(engine.lake.names.source, schema({**NEEDED, "side": StringType()}))
    append(table, some(side="buy"))
    table = engine.lake.source()
    with table.update_schema() as update:
        update.delete_column("side")
    with table.update_schema() as update:
        update.add_column("side", StringType())
    history = History(engine)
    history.run(NOW)
    history.append([trade(MIDNIGHT + 3, "late", side="sell")])
    history.run(NOW)

    assert {row.side for row in history.rows} == {None, "sell"}
    history.prove(NOW)


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


def test_broken_rows_are_left_out_and_counted(new_engine: Callable[..., Engine]) -> None:
    history = source(new_engine(), {**NEEDED, "side": StringType()})
    good = some(3)
    history.append(
        [
            *good,
            trade(MIDNIGHT, "zero", price="0"),
            trade(MIDNIGHT, "minus", quantity="-1"),
            Trade(exchange=None, symbol="A", timestamp=MIDNIGHT, message_id="x", price=Decimal(1), quantity=Decimal(1)),
            Trade(exchange="A", symbol="A", timestamp=None, message_id="x", price=Decimal(1), quantity=Decimal(1)),
        ]
    )
    finest, *_ = history.run(NOW)

    assert {r.reason: r.count for r in finest.rejected} == {
        "price_not_positive": 1,
        "quantity_not_positive": 1,
        "null_exchange": 1,
        "null_timestamp": 1,
    }
    history.prove(NOW)


@pytest.mark.parametrize(
    "instant",
    [0, -1, -62_135_596_800_000_000, 253_402_300_799_999_999, 2**62, -(2**62)],
)
def test_an_odd_time_does_not_keep_the_others_from_their_candles(history: History, instant: int) -> None:
    history.append(some(3))
    history.run(NOW)
    arrow = history.table.scan().to_arrow().slice(0, 1)
    position = arrow.schema.get_field_index("timestamp")
    odd = arrow.set_column(position, arrow.schema.field(position), pa.array([instant], pa.int64()))
    history.table.append(odd)
    history.run(NOW)

    found = [candle for candle in history.candles(Timeframe.M1) if MIDNIGHT <= candle.window_start < NOW]
    assert found == history.truth(Timeframe.M1, NOW)
