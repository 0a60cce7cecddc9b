"""Law: batches and slices cut a plan into parts that neither overlap nor leave anything out, along whole partitions."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from engines.domain.batches import batches, units_to_rewrite
from engines.domain.changes import FileSpan
from engines.domain.interval import Interval, Intervals
from engines.domain.tables import partition_units
from engines.domain.timeframe import DAY, DEFAULT_TIMEFRAMES, MINUTE, Timeframe

HORIZON = 100 * DAY
TIMEFRAMES = st.sampled_from([*DEFAULT_TIMEFRAMES, *map(Timeframe.parse, ("15m", "4h", "3d", "45d"))])


@st.composite
def spans(draw: st.DrawFn, *, longest: int = 3 * DAY) -> list[FileSpan]:
    pairs = draw(st.lists(st.tuples(st.integers(0, HORIZON), st.integers(1, longest)), max_size=8))
    rows = st.integers(1, 10_000)
    return [FileSpan(f"f{i}", Interval(start, start + n), draw(rows), 1) for i, (start, n) in enumerate(pairs)]


@st.composite
def plans(draw: st.DrawFn, timeframe: Timeframe) -> Intervals:
    """Intervals as a plan has them: not empty, whole windows."""
    return Intervals.of(span.interval for span in draw(spans().filter(bool))).aligned(timeframe)


@given(st.data(), TIMEFRAMES, st.integers(1, 5000))
def test_batches_partition_the_plan(data: st.DataObject, timeframe: Timeframe, most_rows: int) -> None:
    intervals, files = data.draw(plans(timeframe)), data.draw(spans())
    units, _ = units_to_rewrite(timeframe, intervals, ())
    parts = batches(units, intervals, files, most_rows)

    assert Intervals.of(r for part in parts for r in part.intervals) == intervals
    assert sum(part.intervals.length for part in parts) == intervals.length
    for part in parts:
        assert part.intervals - Intervals((part.span,)) == Intervals()
        assert {part.span.start, part.span.end} <= {bound for unit in units for bound in (unit.start, unit.end)}
    assert all(a.span.end <= b.span.start for a, b in pairwise(parts))


@given(st.data(), TIMEFRAMES, st.integers(1, 5000))
def test_slices_partition_their_batch_at_whole_minutes(
    data: st.DataObject, timeframe: Timeframe, most_rows: int
) -> None:
    intervals, files = data.draw(plans(timeframe)), data.draw(spans())
    for part in batches(units_to_rewrite(timeframe, intervals, ())[0], intervals, files, most_rows):
        assert Intervals.of(r for each in part.slices for r in each) == part.intervals
        assert sum(each.length for each in part.slices) == part.intervals.length
        assert all(bound % MINUTE == 0 for each in part.slices for r in each for bound in (r.start, r.end))


@given(st.data(), TIMEFRAMES)
def test_units_are_whole_partitions_that_cover_the_plan(data: st.DataObject, timeframe: Timeframe) -> None:
    intervals = data.draw(plans(timeframe))
    units, _ = units_to_rewrite(timeframe, intervals, data.draw(spans(longest=40 * DAY)))

    assert units == partition_units(timeframe, Intervals.of(units))
    assert all(a.end <= b.start for a, b in pairwise(units))
    assert intervals - Intervals.of(units) == Intervals()


@given(st.data(), TIMEFRAMES)
def test_a_file_is_touched_with_all_its_units_or_not_at_all(data: st.DataObject, timeframe: Timeframe) -> None:
    """A data file can only be replaced as a whole: wherever one unit of it is written anew, all are."""
    intervals, candles = data.draw(plans(timeframe)), data.draw(spans(longest=40 * DAY))
    units, forced = units_to_rewrite(timeframe, intervals, candles)
    touched = Intervals.of(units)
    for file in candles:
        own = partition_units(timeframe, Intervals((file.interval,)))
        if touched.overlaps(file.interval.start, file.interval.end):
            assert Intervals((file.interval,)) - touched == Intervals()
            assert len(own) == 1 or {unit.start for unit in own} <= forced
    assert forced <= {unit.start for unit in units}
