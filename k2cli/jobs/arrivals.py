"""What an import brings for each series: its times, and the kind of its trades."""

from collections.abc import Iterable

from engines.domain.imports import Arrival, ImportRecord, Kind, SeriesKey, Shift
from engines.domain.interval import Interval
from k2cli.trades import SeriesPart


class Arrivals:
    """The series of the trades that were read so far.

    Args:
        files: Digests of the files that the trades come from.
        shift: How the decimal points of the files were moved.
        aggregates: Whether an id is that of several trades.
    """

    def __init__(self, files: Iterable[str], shift: Shift, *, aggregates: bool) -> None:
        self._files = tuple(files)
        self._shift = shift
        self._with_id = Kind.AGGREGATE if aggregates else Kind.TRADE
        self._series: dict[SeriesKey, Arrival] = {}

    @property
    def times(self) -> Interval | None:
        """From the first trade to the last; None if there is none."""
        times = [arrival.times for arrival in self._series.values()]
        return Interval(min(time.start for time in times), max(time.end for time in times)) if times else None

    def record(self) -> ImportRecord:
        """What later imports are to know of this one."""
        return ImportRecord(files=self._files, shift=self._shift, arrivals=self._series)

    def add(self, part: SeriesPart) -> None:
        """Record trades of one series."""
        told = {self._with_id: part.identified, Kind.ROW: part.trades - part.identified}
        kinds = frozenset(kind for kind, number in told.items() if number)
        times, series = Interval(part.first, part.last + 1), (part.exchange, part.symbol)
        known = self._series.get(series, Arrival(times, kinds))
        times = Interval(min(known.times.start, times.start), max(known.times.end, times.end))
        self._series[series] = Arrival(times, known.kinds | kinds)
