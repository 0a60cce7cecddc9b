"""What PyIceberg gets wrong or does again and again is mended."""

from collections.abc import Callable
from typing import Any

import pytest
from pyiceberg.conversions import to_bytes
from pyiceberg.expressions.parser import parse
from pyiceberg.expressions.visitors import manifest_evaluator
from pyiceberg.manifest import ManifestFile, PartitionFieldSummary
from pyiceberg.partitioning import UNPARTITIONED_PARTITION_SPEC, PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.table.metadata import TableMetadata, TableMetadataUtil, new_table_metadata
from pyiceberg.table.sorting import UNSORTED_SORT_ORDER
from pyiceberg.transforms import DayTransform, IdentityTransform, MonthTransform, Transform
from pyiceberg.typedef import Record
from pyiceberg.types import BooleanType, DateType, IntegerType, NestedField, PrimitiveType, StringType

from engines.iceberg.mending import mend_pyiceberg
from engines.iceberg.parsing import LONGEST, MOST_TEXTS


class _Interrupted(list[PartitionFieldSummary]):
    """Partitions at whose every look something else comes first, as another thread may."""

    meanwhile: Callable[[], object] = staticmethod(lambda: None)

    def __getitem__(self, position: Any) -> Any:  # noqa: ANN401 - a list's own signature
        self.meanwhile()
        return super().__getitem__(position)


def manifest_of(day: int) -> tuple[ManifestFile, _Interrupted]:
    bound = to_bytes(IntegerType(), day)
    summary = PartitionFieldSummary.from_args(contains_null=False, lower_bound=bound, upper_bound=bound)
    partitions = _Interrupted([summary])
    return ManifestFile.from_args(manifest_path=f"{day}.avro", partitions=partitions), partitions


def test_a_manifest_is_judged_by_its_own_partitions_whatever_other_threads_judge() -> None:
    mend_pyiceberg()
    schema = Schema(NestedField(1, "day", IntegerType(), required=True))
    spec = PartitionSpec(PartitionField(1, 1000, IdentityTransform(), "day"))
    evaluate = manifest_evaluator(spec, schema, parse("day = 7 or day = 3"))
    (wanted, partitions), (other, _) = manifest_of(3), manifest_of(9)
    partitions.meanwhile = lambda: evaluate(other)

    assert evaluate(wanted)
    assert not evaluate(other)


def test_types_of_partitions_are_those_of_each_table() -> None:
    mend_pyiceberg()
    days, texts = (Schema(NestedField(1, "c", kind, required=True)) for kind in (DateType(), StringType()))
    spec = PartitionSpec(PartitionField(1, 1000, IdentityTransform(), "c"))

    found = [spec.partition_type(schema).fields[0].field_type for schema in (days, texts, days)]

    assert found == [DateType(), StringType(), DateType()]
    assert spec.partition_type(days) is spec.partition_type(days)


def metadata_with(**properties: str) -> TableMetadata:
    schema = Schema(NestedField(1, "day", IntegerType(), required=True))
    return new_table_metadata(schema, UNPARTITIONED_PARTITION_SPEC, UNSORTED_SORT_ORDER, "file:///t", dict(properties))


@pytest.mark.parametrize("padding", [0, LONGEST], ids=["remembered", "too long to be"])
def test_metadata_that_is_changed_in_memory_is_read_as_it_was_written(padding: int) -> None:
    mend_pyiceberg()
    written = metadata_with(owner="one", padding=" " * padding)
    text = written.model_dump_json()
    mine = TableMetadataUtil.parse_raw(text)
    mine.properties["owner"] = "two"
    mine.snapshot_log.clear()

    assert TableMetadataUtil.parse_raw(text) == written
    assert mine != written


def test_each_text_is_parsed_as_itself_however_many_there_are() -> None:
    mend_pyiceberg()
    written = [metadata_with(owner=str(number)) for number in range(MOST_TEXTS + 2)]

    for _ in range(2):
        assert [TableMetadataUtil.parse_raw(each.model_dump_json()) for each in written] == written


def test_folders_of_partitions_are_named_as_pyiceberg_names_them() -> None:
    mend_pyiceberg()
    columns: dict[str, tuple[PrimitiveType, Transform[Any, Any], object]] = {
        "a b": (IntegerType(), IdentityTransform(), 1),
        "t": (StringType(), IdentityTransform(), "x/=y é"),
        "d": (DateType(), DayTransform(), 19_000),
        "m": (DateType(), MonthTransform(), 625),
        "flag": (BooleanType(), IdentityTransform(), True),
        "none": (IntegerType(), IdentityTransform(), None),
    }
    schema = Schema(*(NestedField(i, f"c{i}", kind) for i, (kind, _, _) in enumerate(columns.values())))
    fields = (PartitionField(i, 1000 + i, of, name) for i, (name, (_, of, _)) in enumerate(columns.items()))
    spec, data = PartitionSpec(*fields), Record(*(value for _, _, value in columns.values()))

    expected = "a+b=1/t=x%2F%3Dy+%C3%A9/d=2022-01-08/m=2022-02/flag=true/none=null"
    assert [spec.partition_to_path(data, schema) for _ in range(2)] == [expected, expected]
