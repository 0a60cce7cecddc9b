"""What crosses the contract has the types of the tables."""

import pytest
from pyiceberg.io.pyarrow import pyarrow_to_schema
from pyiceberg.table.name_mapping import create_mapping_from_schema

from engines.arrow import arrow_schema
from engines.domain.candle import CANDLES
from engines.domain.decimals import Scale
from engines.domain.tables import TRADES, Column
from engines.iceberg.schema import iceberg_schema


@pytest.mark.parametrize("places", [8, 12])
@pytest.mark.parametrize("columns", [TRADES, CANDLES], ids=["trades", "candles"])
def test_iceberg_reads_the_same_columns_out_of_it(columns: tuple[Column, ...], places: int) -> None:
    wanted = iceberg_schema(columns, Scale(places))

    found = pyarrow_to_schema(arrow_schema(columns, Scale(places)), name_mapping=create_mapping_from_schema(wanted))

    assert found == wanted
