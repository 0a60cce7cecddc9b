"""Which candles and which snapshots are old."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engines.domain.changes import FileSpan
from engines.domain.interval import Interval, Intervals
from engines.domain.retention import RETENTION, SnapshotAge, expirable, plan_prune
from engines.domain.tables import partition_units
from engines.domain.timeframe import D1, DAY, DEFAULT_TIMEFRAMES, HOUR, M1, MINUTE, Timeframe
from engines.testing.strategies import MIDNIGHT

NOW = MIDNIGHT + 5 * HOUR
SPANS = st.lists(
    st.builds(
        lambda start, length: Interval(MIDNIGHT + start * HOUR, MIDNIGHT + (start + length) * HOUR),
        st.integers(-24 * 90, 24),
        st.one_of(st.integers(1, 24), st.integers(1, 24 * 40)),
    ),
    max_size=12,
)


def files(*spans: Interval) -> tuple[FileSpan, ...]:
    return tuple(FileSpan(str(n), span, rows=n + 1, bytes=100 * (n + 1)) for n, span in enumerate(spans))


def days(*numbers: int) -> tuple[FileSpan, ...]:
    """A file for each of some days, counted from MIDNIGHT."""
    return files(*(Interval(MIDNIGHT + n * DAY, MIDNIGHT + (n + 1) * DAY - MINUTE) for n in numbers))


class TestPlan:
    """Whole windows older than the cutoff, which is aligned down to the partition."""

    def test_the_cutoff_is_the_start_of_a_partition(self) -> None:
        plan = plan_prune(M1, days(-4, -3, -2, -1, 0), retention=2 * DAY, now=NOW)

        assert plan is not None
        assert plan.cutoff == MIDNIGHT - 2 * DAY
        assert plan.files == days(-4, -3)
        assert (plan.rows, plan.bytes, plan.partitions(M1)) == (3, 300, 2)

    def test_daily_candles_go_by_whole_months(self) -> None:
        held = files(Interval(MIDNIGHT - 40 * DAY, MIDNIGHT - 30 * DAY), Interval(MIDNIGHT - 29 * DAY, MIDNIGHT))
        plan = plan_prune(D1, held, retention=20 * DAY, now=NOW)

        assert plan is not None
        assert plan.cutoff == MIDNIGHT - 29 * DAY  # February 2024 has 29 days
        assert plan.files == held[:1]
        assert plan.partitions(D1) == 1

    def test_no_retention_no_plan(self) -> None:
        assert plan_prune(M1, days(-9), retention=None, now=NOW) is None

    @given(
        timeframe=st.sampled_from(DEFAULT_TIMEFRAMES),
        spans=SPANS,
        retention=st.integers(0, 80 * 24).map(lambda h: h * HOUR),
    )
    def test_all_that_is_before_the_cutoff_goes_and_nothing_else(
        self, timeframe: Timeframe, spans: list[Interval], retention: int
    ) -> None:
        held = files(*spans)
        plan = plan_prune(timeframe, held, retention=retention, now=NOW)

        assert plan is not None
        assert plan.cutoff <= NOW - retention
        assert partition_units(timeframe, Intervals.of([(plan.cutoff, plan.cutoff + 1)]))[0].start == plan.cutoff
        for file in held:
            assert (file in plan.files) == (file.interval.end <= plan.cutoff)
            # No file lies on both sides: the fence would freeze what can still change, or hide what cannot.
            assert file.interval.end <= plan.cutoff or file.interval.start >= plan.cutoff

    @given(spans=SPANS, retention=st.integers(0, 80 * 24).map(lambda h: h * HOUR))
    def test_the_cutoff_is_the_latest_there_can_be(self, spans: list[Interval], retention: int) -> None:
        plan = plan_prune(M1, files(*spans), retention=retention, now=NOW)
        latest = D1.floor(NOW - retention)

        assert plan is not None
        for later in range(plan.cutoff + DAY, latest + 1, DAY):
            assert any(span.start < later < span.end for span in spans)

    def test_every_table_has_a_retention_and_a_coarser_one_the_longer(self) -> None:
        assert list(RETENTION) == list(DEFAULT_TIMEFRAMES)
        assert list(RETENTION.values()) == sorted(RETENTION.values())


class TestExpirable:
    """Neither the newest, nor the young, nor the protected."""

    @given(
        made=st.lists(st.integers(0, 20), max_size=15),
        protected=st.sets(st.integers(0, 14), max_size=4),
        keep=st.integers(0, 16),
        keep_age=st.integers(0, 25),
    )
    def test_what_goes(self, made: list[int], protected: set[int], keep: int, keep_age: int) -> None:
        snapshots = [SnapshotAge(number, instant) for number, instant in enumerate(made)]
        gone = set(expirable(snapshots, protected, now=20, keep=keep, keep_age=keep_age))
        newest = sorted(range(len(made)), key=lambda n: (made[n], n))[len(made) - min(keep, len(made)) :]

        assert gone == {
            n for n in range(len(made)) if n not in newest and made[n] < 20 - keep_age and n not in protected
        }

    @pytest.mark.parametrize("keep", [1, 2, 3])
    def test_of_the_same_instant_the_last_one_is_the_newest(self, keep: int) -> None:
        snapshots = [SnapshotAge(number, 7) for number in range(3)]

        assert sorted(expirable(snapshots, (), now=20, keep=keep, keep_age=0)) == list(range(3 - keep))
