"""Files of trades that are merged: no larger than imports make them, and every row as it was, in every column."""

import uuid
from collections.abc import Callable

import polars as pl
import pyarrow as pa
import pytest
from pyiceberg.types import StringType

from engines.arrow import arrow_schema
from engines.domain.decimals import SCALE
from engines.domain.imports import Arrival, ImportRecord, Kind
from engines.domain.interval import EVER, Interval
from engines.domain.orders import Merge, MergeRequest
from engines.domain.tables import TRADES, TradesPartition
from engines.domain.timeframe import DAY, HOUR
from engines.errors import Refused
from engines.iceberg.files import live_files
from engines.lake import Lake
from engines.testing.arrow import trades_table
from engines.testing.history import History, trade
from engines.testing.strategies import MIDNIGHT
from engines.testing.surgery import delete_by_value
from tests.empty_tables import with_tables

EACH, MOST = 1_300, 2_500
"""Rows of an import, and of a file: two imports are more than a file holds."""


@pytest.fixture
def lake(new_lake: Callable[..., Lake]) -> Lake:
    return with_tables(new_lake())


def merge(lake: Lake) -> Merge:
    return lake.merge_trades(MergeRequest(times=EVER, run_id=str(uuid.uuid4()), most_rows=MOST))


def day_of_trades(number: int) -> pa.Table:
    """Trades over a whole day, with values in the nested columns, too."""
    n = pl.int_range(EACH, eager=True)
    made = n.to_frame("n").select(
        message_id=pl.format("{}:{}", pl.lit(number), "n"),
        symbol=pl.lit("A"),
        exchange=pl.lit("X"),
        timestamp=MIDNIGHT + pl.col("n") * (DAY // EACH),
        price=(pl.col("n") % 7 + 1).cast(pl.Decimal(18, 8)),
        quantity=(pl.col("n") % 5 + 1).cast(pl.Decimal(38, 8)),
        trade_conditions=pl.concat_list(pl.lit("c"), pl.col("n").cast(pl.String)),
        ingestion_timestamp=pl.col("n"),
        exchange_date=pl.date(2024, 3, 1),
        exchange_hour=(pl.col("n") * (DAY // EACH) // HOUR).cast(pl.Int32),
    )
    rows, schema = made.to_arrow(), arrow_schema(TRADES, SCALE)
    vendor = pa.array([[("k", str(number))]] * EACH, schema.field("vendor_data").type)
    columns = [
        vendor
        if field.name == "vendor_data"
        else rows[field.name].cast(field.type)
        if field.name in rows.column_names
        else pa.nulls(EACH, field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def stored(lake: Lake) -> pl.DataFrame:
    return pl.DataFrame(lake.tables.source().scan().to_arrow()).sort("message_id")


def test_files_that_overlap_become_files_that_do_not_and_no_larger_than_imports_make_them(lake: Lake) -> None:
    rows = [day_of_trades(number) for number in range(2)]
    for one in rows:
        lake.append([one], run_id=str(uuid.uuid4()))
    lake.tables.source().append(rows[0].slice(500, 7))
    before = stored(lake).unique(maintain_order=True)

    merged = merge(lake)

    table = lake.tables.source()
    files = [file.record_count for file in live_files(table, table.current_snapshot())]
    assert (merged.copies_dropped, merged.files_before, merged.files_after) == (7, 3, 2)
    assert sum(files) == 2 * EACH
    assert max(files) <= MOST
    assert stored(lake).equals(before)
    assert merge(lake).files_after == merge(lake).files_before == 2


def test_what_is_merged_twice_still_counts_as_imported_until_a_row_goes(lake: Lake) -> None:
    def bring(number: int) -> None:
        kinds = Arrival(Interval(MIDNIGHT, MIDNIGHT + 1), frozenset({Kind.TRADE}))
        record = ImportRecord(files=(f"digest{number}",), arrivals={("binance", "BTCUSDT"): kinds})
        rows = trades_table([trade(MIDNIGHT + number, str(number)), trade(MIDNIGHT + DAY, str(number))])
        lake.append([rows], run_id=f"run{number}", record=lambda: record)

    digests = [f"digest{number}" for number in range(3)]
    for number in range(3):
        bring(number)
        merge(lake)
    known = lake.imported_files(digests)
    History(lake).drop_files(lambda place: place.rank == 0)

    assert known == {f"digest{number}": f"run{number}" for number in range(3)}
    assert lake.imported_files(digests) == {}


def test_trades_of_other_partitions_and_beyond_gaps_stay_apart(new_lake: Callable[..., Lake]) -> None:
    lake = with_tables(new_lake(), TradesPartition.HOUR)
    history = History(lake)
    for number in range(3):
        history.bring([trade(MIDNIGHT + hour * HOUR + number, f"{hour}.{number}") for hour in (0, 1, 9)])
    history.merge()
    history.check()

    assert merge(lake).files_after == 3


def test_rows_deleted_by_value_are_refused(lake: Lake) -> None:
    history = History(lake)
    history.bring([trade(MIDNIGHT, "1")])
    table = history.table
    delete_by_value(table, [task.file for task in table.scan().plan_files()], "message_id", ["1"])

    with pytest.raises(Refused, match="deleted by value"):
        merge(lake)


def test_a_table_with_columns_of_others_is_not_merged(lake: Lake) -> None:
    with lake.tables.source().update_schema() as update:
        update.add_column("desk", StringType())

    with pytest.raises(Refused, match=r"has columns of others \(desk\)"):
        merge(lake)


def test_an_empty_table_has_nothing_to_merge(lake: Lake) -> None:
    assert merge(lake) == Merge(table=lake.names.source)
