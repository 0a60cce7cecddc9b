"""Splits rows by the partitions of a table."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc
from pyiceberg.partitioning import PartitionFieldValue, PartitionKey
from pyiceberg.table import Table


class Partitioning:
    """The present partitioning of a table."""

    def __init__(self, table: Table) -> None:
        self._schema = table.schema()
        self._spec = table.spec()

    def split(self, rows: pa.Table) -> Iterator[tuple[PartitionKey | None, pa.Table]]:
        """Split the rows by partition: sort them stably by their partition values and cut where these change."""
        if not self._spec.fields:
            yield None, rows
            return
        values = pa.table(
            {
                str(i): f.transform.pyarrow_transform(self._schema.find_field(f.source_id).field_type)(
                    rows[self._schema.find_column_name(f.source_id)].combine_chunks()
                )
                for i, f in enumerate(self._spec.fields)
            }
        )
        starts = _run_starts(values)
        if len(starts) > 1:
            order = pc.sort_indices(values, sort_keys=[(name, "ascending") for name in values.column_names])
            values, rows = values.take(order), rows.take(order)
            starts = _run_starts(values)
        found = values.take(pa.array(starts)).to_pylist()
        for record, start, end in zip(found, starts, [*starts[1:], rows.num_rows], strict=True):
            key = PartitionKey(
                field_values=[PartitionFieldValue(f, record[str(i)]) for i, f in enumerate(self._spec.fields)],
                partition_spec=self._spec,
                schema=self._schema,
            )
            yield key, rows.slice(start, end - start)


def _run_starts(values: pa.Table) -> list[int]:
    """Indices of the rows that differ from the one before, the first included; null equals null."""
    changed = None
    for column in values.columns:
        filled = column.combine_chunks().dictionary_encode(null_encoding="encode").indices
        differs = pc.not_equal(filled.slice(1), filled.slice(0, len(filled) - 1))
        changed = differs if changed is None else pc.or_(changed, differs)
    return [0, *(i + 1 for i in pc.indices_nonzero(changed).to_pylist())]
