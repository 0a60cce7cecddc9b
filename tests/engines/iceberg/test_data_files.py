"""Data files as they are written: their place, their compression, and what they say of themselves."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyiceberg.table import Table

from engines.domain.tables import TradesPartition
from engines.domain.timeframe import DAY, M1, MINUTE
from engines.lake import Lake
from engines.testing.arrow import trades_table
from engines.testing.history import History, trade
from engines.testing.strategies import MIDNIGHT


@pytest.fixture
def lake(new_lake: Callable[..., Lake]) -> Lake:
    made = new_lake()
    made.create_tables(with_trades=True, partition_by=TradesPartition.HOUR)
    return made


def files(table: Table) -> Iterator[pq.ParquetFile]:
    for path in table.inspect.files()["file_path"].to_pylist():
        with table.io.new_input(path).open() as stream:
            yield pq.ParquetFile(pa.BufferReader(stream.read()))


def test_the_folder_of_a_file_names_its_partition(lake: Lake) -> None:
    lake.append([trades_table([trade(MIDNIGHT, "a"), trade(MIDNIGHT + DAY - 1, "b")])], run_id="r")
    day = datetime.fromtimestamp(MIDNIGHT / 1_000_000, UTC).date()

    paths = lake.tables.source().inspect.files()["file_path"].to_pylist()

    assert [path.split("/data/")[1].rsplit("/", 1)[0] for path in sorted(paths)] == [
        f"exchange_date={day}/exchange_hour={hour}" for hour in (0, 23)
    ]


def test_a_file_of_few_rows_is_not_compressed_and_a_large_one_is_as_the_table_says(lake: Lake) -> None:
    lake.append([trades_table([trade(MIDNIGHT, "few")])], run_id="r")
    lake.append([trades_table([trade(MIDNIGHT + 2 * DAY, str(i)) for i in range(101)])], run_id="r")

    found = {
        file.metadata.num_rows: file.metadata.row_group(0).column(0).compression for file in files(lake.tables.source())
    }

    assert found == {1: "UNCOMPRESSED", 101: "ZSTD"}


def with_dictionaries(table: Table) -> list[str]:
    """The columns that have a dictionary in the first of a table's files."""
    group = next(iter(files(table))).metadata.row_group(0)
    columns = [group.column(i) for i in range(group.num_columns)]
    return [column.path_in_schema for column in columns if column.has_dictionary_page]


def test_only_columns_of_few_values_have_dictionaries(lake: Lake) -> None:
    lake.append([trades_table([trade(MIDNIGHT + i * MINUTE // 2, str(i)) for i in range(240)])], run_id="r")
    History(lake).run(MIDNIGHT + DAY, M1)

    assert with_dictionaries(lake.tables.source()) == ["symbol", "exchange", "asset_class", "currency", "side"]
    assert with_dictionaries(lake.tables.target(M1)) == ["symbol", "exchange"]


def test_a_file_of_few_rows_has_no_dictionaries(lake: Lake) -> None:
    lake.append([trades_table([trade(MIDNIGHT, "a")])], run_id="r")
    History(lake).run(MIDNIGHT + DAY, M1)

    assert with_dictionaries(lake.tables.source()) == with_dictionaries(lake.tables.target(M1)) == []
