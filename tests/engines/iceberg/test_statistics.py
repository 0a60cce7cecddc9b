"""Statistics of data files are those that PyIceberg makes of the same file."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st
from pyiceberg.io.pyarrow import (
    compute_statistics_plan,
    data_file_statistics_from_parquet_metadata,
    parquet_path_to_id_mapping,
    schema_to_pyarrow,
)
from pyiceberg.schema import Schema
from pyiceberg.types import (
    BinaryType,
    BooleanType,
    DateType,
    DecimalType,
    DoubleType,
    IntegerType,
    ListType,
    LongType,
    MapType,
    NestedField,
    StringType,
    TimestampType,
    TimestamptzType,
    UUIDType,
)

from engines.iceberg.statistics import FileStatistics

MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1))  # noqa: DTZ001 - the zone is given where there is one
TEXTS = st.text(max_size=20) | st.sampled_from(["", "é" * 17, "\U0010ffff" * 17, "z" * 16, "a\U0010ffff" * 9])
COLUMNS: list[tuple[Any, st.SearchStrategy[Any]]] = [
    (StringType(), TEXTS),
    (LongType(), st.integers(-(2**63), 2**63 - 1)),
    (IntegerType(), st.integers(-(2**31), 2**31 - 1)),
    (DateType(), st.dates(date(1900, 1, 1), date(2200, 1, 1))),
    (TimestampType(), MOMENTS),
    (TimestamptzType(), MOMENTS.map(lambda moment: moment.replace(tzinfo=UTC))),
    (DecimalType(9, 2), st.decimals(Decimal("-9999999.99"), Decimal("9999999.99"), places=2)),
    (DecimalType(18, 8), st.decimals(-9_999_999_999, 9_999_999_999, places=8)),
    (DecimalType(38, 8), st.integers(-(10**38) + 1, 10**38 - 1).map(lambda n: Decimal(n).scaleb(-8))),
    (BooleanType(), st.booleans()),
    (DoubleType(), st.floats()),
    (BinaryType(), st.binary(max_size=20) | st.just(b"\xff" * 20)),
    (UUIDType(), st.uuids().map(lambda found: found.bytes)),
    (
        ListType(element_id=101, element_type=StringType(), element_required=False),
        st.lists(st.text(max_size=3), max_size=2),
    ),
    (
        MapType(key_id=102, key_type=StringType(), value_id=103, value_type=StringType(), value_required=False),
        st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2),
    ),
]
SCHEMA = Schema(*(NestedField(i, f"c{i}", kind, required=False) for i, (kind, _) in enumerate(COLUMNS, start=1)))
ROWS = st.lists(st.tuples(*(st.none() | values for _, values in COLUMNS)), max_size=4)
PROPERTIES = st.fixed_dictionaries(
    {},
    optional={
        "write.metadata.metrics.default": st.sampled_from(["none", "counts", "full", "truncate(3)"]),
        "write.metadata.metrics.column.c1": st.sampled_from(["none", "counts", "full", "truncate(1)"]),
    },
)


def footer(rows: list[tuple[Any, ...]], *, group: int) -> pq.FileMetaData:
    columns: list[list[Any]] = [list(values) for values in zip(*rows, strict=True)] or [[] for _ in COLUMNS]
    schema = schema_to_pyarrow(SCHEMA)
    arrays = [
        pa.array(values, kind.storage_type if isinstance(kind, pa.BaseExtensionType) else kind)
        for values, kind in zip(columns, schema.types, strict=True)
    ]
    table = pa.table(dict(zip(schema.names, arrays, strict=True)))
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, row_group_size=group, store_decimal_as_integer=True)
    return pq.ParquetFile(sink.getvalue()).metadata


@settings(max_examples=max(12, settings().max_examples // 4))
@given(rows=ROWS, group=st.integers(1, 3), properties=PROPERTIES)
def test_statistics_are_those_of_pyiceberg(rows: list[tuple[Any, ...]], group: int, properties: dict[str, str]) -> None:
    found = footer(rows, group=group)

    expected = data_file_statistics_from_parquet_metadata(
        found, compute_statistics_plan(SCHEMA, properties), parquet_path_to_id_mapping(SCHEMA)
    )

    assert FileStatistics(SCHEMA, properties).of(found) == expected.to_serialized_dict()
