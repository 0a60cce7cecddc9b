"""The dates of windows of the calendar: those that a zone's calendar shows at their starts."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from engines.domain.window import CalendarWindows, Windows, local_date


def with_local_dates(candles: pa.RecordBatchReader, windows: Windows) -> pa.RecordBatchReader:
    """The same candles, their ``window_date`` that of the windows' zone; of UTC it is that already."""
    if not isinstance(windows, CalendarWindows) or windows.zone == "UTC":
        return candles
    return pa.RecordBatchReader.from_batches(candles.schema, _dated(candles, windows.zone))


def _dated(candles: pa.RecordBatchReader, zone: str) -> Iterator[pa.RecordBatch]:
    place = candles.schema.get_field_index("window_date")
    for batch in candles:
        starts = batch.column("window_start").cast(pa.int64())
        known = pc.unique(starts)
        dates = pa.array([local_date(start, zone) for start in known.to_pylist()], pa.date32())
        yield batch.set_column(place, batch.schema.field(place), dates.take(pc.index_in(starts, known)))
