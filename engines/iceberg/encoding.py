"""Encodes rows as the bytes of a Parquet file with page checksums, for which PyIceberg has no option."""

from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyiceberg.io.pyarrow import _get_parquet_writer_kwargs, schema_to_pyarrow
from pyiceberg.table import Table

from engines.iceberg.statistics import FileStatistics

_FEW_VALUES = ("symbol", "exchange", "side", "asset_class", "currency")
"""Columns of few values, for which dictionaries pay: those of ids, times and amounts make files slower and larger."""

_SMALL = 100
"""Number of rows up to which a file has no compression and no dictionaries: setting them up costs more than writing so
few, which then take a twentieth more room."""

_PLAIN = {"compression": "none", "use_dictionary": False}


class Encoding:
    """How the rows of a table are encoded: computed once, not once per file.

    Attributes:
        schema: Names and types of the columns, with field ids.
    """

    def __init__(self, table: Table) -> None:
        self.schema: pa.Schema = schema_to_pyarrow(table.schema(), include_field_ids=True)
        self._options = {
            "use_dictionary": [name for name in _FEW_VALUES if name in self.schema.names],
            "store_decimal_as_integer": True,
            "write_page_checksum": True,
            # The types of Parquet say all: Arrow's own would be a third of a small file.
            "store_schema": False,
            **_get_parquet_writer_kwargs(table.properties),
        }
        self._statistics = FileStatistics(table.schema(), table.properties)

    def encoded(self, rows: pa.Table) -> tuple[bytes, dict[str, Any]]:
        """The rows, which have this schema, as a Parquet file, and their statistics as arguments of a data file."""
        options = self._options if rows.num_rows > _SMALL else self._options | _PLAIN
        sink = pa.BufferOutputStream()
        with pq.ParquetWriter(sink, rows.schema, **options) as writer:
            writer.write(rows)
        return sink.getvalue().to_pybytes(), self._statistics.of(writer.writer.metadata)
