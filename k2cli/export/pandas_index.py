"""Parquet files that pandas reads as a frame with an index of times."""

import json

import pyarrow as pa


def indexed(schema: pa.Schema, index: str) -> pa.Schema:
    """A schema with the note that makes a column the index of a frame.

    The note is the one that pandas writes itself: https://pandas.pydata.org/docs/development/developer.html.
    """
    note = {
        "index_columns": [index],
        "column_indexes": [],
        "columns": [_column(field) for field in schema],
        "creator": {"library": "k2-ohlcv", "version": ""},
        "pandas_version": "2.2.0",
    }
    return schema.with_metadata({"pandas": json.dumps(note)})


def _column(field: pa.Field) -> dict[str, object]:
    timed = pa.types.is_timestamp(field.type)
    return {
        "name": field.name,
        "field_name": field.name,
        "pandas_type": "datetimetz" if timed else "float64",
        "numpy_type": f"datetime64[{field.type.unit}]" if timed else "float64",
        "metadata": {"timezone": field.type.tz} if timed else None,
    }
