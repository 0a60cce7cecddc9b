"""Statistics of a new data file, from the footer of its Parquet file, as a manifest holds them.

They are PyIceberg's, which a test sees, at a tenth of the price: PyIceberg makes each bound a value of Python (a
datetime, a Decimal) and looks its type up anew for every column of every file, which takes longer than writing the
file where files are small.
"""

from collections.abc import Callable
from functools import lru_cache, partial
from struct import Struct
from typing import Any

import pyarrow.parquet as pq
from pyiceberg.io.pyarrow import (
    MetricModeTypes,
    StatisticsCollector,
    StatsAggregator,
    compute_statistics_plan,
    parquet_path_to_id_mapping,
)
from pyiceberg.schema import Schema
from pyiceberg.typedef import Properties
from pyiceberg.types import DateType, DecimalType, LongType, StringType, TimestampType, TimestamptzType
from pyiceberg.utils.truncate import truncate_upper_bound_text_string

_Bounds = tuple[bytes | None, bytes | None]
_ToBounds = Callable[[list[pq.Statistics]], _Bounds]

_LONG = Struct("<q").pack
_INT = Struct("<i").pack
_PACKED = {LongType: _LONG, TimestampType: _LONG, TimestamptzType: _LONG, DateType: _INT}


class FileStatistics:
    """Makes the statistics of the files of one table.

    Args:
        schema: The table's schema, whose columns the files have in this order.
        properties: The table's properties, which may ask for fewer statistics.
    """

    def __init__(self, schema: Schema, properties: Properties) -> None:
        plan = compute_statistics_plan(schema, properties)
        wanted = [plan[field_id] for field_id in parquet_path_to_id_mapping(schema).values()]
        self._columns = [(column.field_id, column.mode.type, _to_bounds(column)) for column in wanted]

    def of(self, footer: pq.FileMetaData) -> dict[str, Any]:
        """The arguments of a data file that are statistics of its content."""
        groups = [footer.row_group(number) for number in range(footer.num_row_groups)]
        sizes, values, nulls = dict[int, int](), dict[int, int](), dict[int, int]()
        lows, highs = dict[int, bytes](), dict[int, bytes]()
        for position, (field_id, mode, to_bounds) in enumerate(self._columns):
            sizes[field_id], count, missing, bounded = _summed([group.column(position) for group in groups])
            if mode is MetricModeTypes.NONE:
                continue
            values[field_id] = count
            if missing is None:
                continue
            nulls[field_id] = missing
            if bounded and mode is not MetricModeTypes.COUNTS:
                low, high = to_bounds(bounded)
                if low is not None:
                    lows[field_id] = low
                if high is not None:
                    highs[field_id] = high
        return {
            "record_count": footer.num_rows,
            "column_sizes": sizes,
            "value_counts": values,
            "null_value_counts": nulls,
            "nan_value_counts": {},
            "lower_bounds": lows,
            "upper_bounds": highs,
            "split_offsets": sorted([_start(group.column(0)) for group in groups]),
        }


def _summed(chunks: list[pq.ColumnChunkMetaData]) -> tuple[int, int, int | None, list[pq.Statistics]]:
    """Of the chunks of a column: size, values, nulls (None if unknown), and the statistics of those with bounds."""
    size = count = missing = 0
    known, bounded = True, []
    for chunk in chunks:
        size += chunk.total_compressed_size
        count += chunk.num_values
        statistics = chunk.statistics
        if statistics is None:
            known = False
            continue
        missing += statistics.null_count
        if statistics.has_min_max:
            bounded.append(statistics)
    return size, count, missing if known else None, bounded


def _start(chunk: pq.ColumnChunkMetaData) -> int:
    """Where the pages of a column begin in the file."""
    data: int = chunk.data_page_offset
    return min(chunk.dictionary_page_offset, data) if chunk.has_dictionary_page else data


def _to_bounds(column: StatisticsCollector) -> _ToBounds:
    """How the bounds of a column are made of the statistics of its chunks."""
    of = column.iceberg_type
    if isinstance(of, StringType):
        return partial(_of_texts, column.mode.length)
    if isinstance(of, DecimalType):
        return _of_decimals
    pack = _PACKED.get(type(of))
    return partial(_of_integers, pack) if pack is not None else partial(_of_others, column)


def _of_integers(pack: Callable[[int], bytes], chunks: list[pq.Statistics]) -> _Bounds:
    if len(chunks) == 1:
        return pack(chunks[0].min_raw), pack(chunks[0].max_raw)
    return pack(min([chunk.min_raw for chunk in chunks])), pack(max([chunk.max_raw for chunk in chunks]))


def _of_decimals(chunks: list[pq.Statistics]) -> _Bounds:
    if len(chunks) == 1:
        return _big_endian(_unscaled(chunks[0].min_raw)), _big_endian(_unscaled(chunks[0].max_raw))
    low = min([_unscaled(chunk.min_raw) for chunk in chunks])
    high = max([_unscaled(chunk.max_raw) for chunk in chunks])
    return _big_endian(low), _big_endian(high)


def _unscaled(raw: int | bytes) -> int:
    """The unscaled value of a decimal, which Parquet stores as an integer up to 18 digits, and as bytes beyond."""
    return raw if isinstance(raw, int) else int.from_bytes(raw, "big", signed=True)


def _big_endian(unscaled: int) -> bytes:
    """The shortest two's complement: -128 is one byte, although its bits without the sign are 8."""
    bits = (unscaled if unscaled >= 0 else unscaled + 1).bit_length()
    return unscaled.to_bytes(bits // 8 + 1, "big", signed=True)


def _of_texts(length: int | None, chunks: list[pq.Statistics]) -> _Bounds:
    return _texts(length, min([chunk.min_raw for chunk in chunks]), max([chunk.max_raw for chunk in chunks]))


@lru_cache(maxsize=1_000)
def _texts(length: int | None, low: bytes, high: bytes) -> _Bounds:
    """The bounds of texts, which are as long as `length`; UTF-8 has the order of its characters."""
    above = truncate_upper_bound_text_string(high.decode(), length)
    return low.decode()[:length].encode(), None if above is None else above.encode()


def _of_others(column: StatisticsCollector, chunks: list[pq.Statistics]) -> _Bounds:
    """The bounds of a column of a type that tables of ours do not have, by PyIceberg."""
    both = StatsAggregator(column.iceberg_type, chunks[0].physical_type, column.mode.length)
    for chunk in chunks:
        both.update_min(chunk.min)
        both.update_max(chunk.max)
    return both.min_as_bytes(), both.max_as_bytes()
