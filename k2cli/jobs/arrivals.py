"""What an import brings for each series: its times, and the kind of its trades."""

from collections.abc import Callable, Iterable

from engines.domain.imports import Arrival, ImportRecord, Kind, SeriesKey, Shift
from engines.domain.interval import NOTHING, Interval, Intervals
from engines.domain.timeframe import isoformat
from engines.errors import Refused
from k2cli.trades import SeriesPart


class Arrivals:
    """The series of the trades that were read so far.

    Args:
        files: Digests of the files that the trades come from.
        shift: How the decimal points of the files were moved.
        size: What a contract of a series was taken to be worth; empty if it is not counted in contracts.
    """

    def __init__(self, files: Iterable[str], shift: Shift, size: Callable[[str, str], str] = lambda *_: "") -> None:
        self._files = tuple(files)
        self._shift = shift
        self._size = size
        self._series: dict[SeriesKey, Arrival] = {}
        self._aggregates: dict[SeriesKey, Intervals] = {}
        self._others: dict[SeriesKey, Intervals] = {}

    @property
    def times(self) -> Interval | None:
        """From the first trade to the last; None if there is none."""
        times = [arrival.times for arrival in self._series.values()]
        return Interval(min(time.start for time in times), max(time.end for time in times)) if times else None

    def record(self) -> ImportRecord:
        """What later imports are to know of this one."""
        sizes = {series: size for series in self._series if (size := self._size(*series))}
        return ImportRecord(files=self._files, shift=self._shift, sizes=sizes, arrivals=self._series)

    def add(self, part: SeriesPart) -> None:
        """Record trades of one series."""
        told = {
            Kind.AGGREGATE: part.aggregates,
            Kind.TRADE: part.identified - part.aggregates,
            Kind.ROW: part.trades - part.identified,
        }
        kinds = frozenset(kind for kind, number in told.items() if number)
        times, series = Interval(part.first, part.last + 1), (part.exchange, part.symbol)
        known = self._series.get(series, Arrival(times, kinds))
        times = Interval(min(known.times.start, times.start), max(known.times.end, times.end))
        self._series[series] = Arrival(times, known.kinds | kinds)
        spans = self._aggregates if part.aggregates else self._others
        spans[series] = spans.get(series, NOTHING) | Intervals.of([(part.first, part.last + 1)])

    def refuse_mixture(self) -> None:
        """Refuse aggregates and the trades in them, given together.

        Raises:
            Refused: A series has both in one time.
        """
        for series, aggregates in self._aggregates.items():
            if twice := aggregates & self._others.get(series, NOTHING):
                raise Refused(
                    f"nothing was imported: the files bring trades of {' '.join(series)} and aggregates of trades from"
                    f" {isoformat(twice.ranges[0].start)} on: they would count twice",
                    hint="import one kind for each time of a series, or insist: --mix",
                )
