"""Law: a plan covers every changed window that is closed and not frozen, in whole windows, and nothing beyond.

Pure: spans of files in, intervals out.
"""

from dataclasses import replace
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from engines.domain.changes import Change, ChangeKind, FileSpan, SourceChanges, occupied
from engines.domain.identity import Identity
from engines.domain.interval import Interval, Intervals
from engines.domain.losses import RemovedTrades
from engines.domain.plan import MOST_RANGES, TablePlan, TableState, plan_table
from engines.domain.requests import RefreshRequest
from engines.domain.timeframe import DAY, DEFAULT_TIMEFRAMES, MINUTE
from engines.domain.watermark import Watermark, algebra

HORIZON = 40 * DAY


@st.composite
def spans(draw: st.DrawFn, *, max_size: int = 6) -> tuple[FileSpan, ...]:
    """Data files by their times: a microsecond long, an hour, days; on the edges of windows often."""
    starts = st.one_of(st.integers(0, HORIZON), st.integers(0, HORIZON // MINUTE).map(lambda n: n * MINUTE))
    lengths = st.one_of(st.integers(1, 3), st.integers(1, DAY), st.sampled_from([MINUTE, DAY, 9 * DAY]))
    pairs = draw(st.lists(st.tuples(starts, lengths), max_size=max_size))
    return tuple(FileSpan(f"f{start}.{length}", Interval(start, start + length), 1, 1) for start, length in pairs)


@st.composite
def changes(draw: st.DrawFn) -> SourceChanges:
    """What the source did, in up to three snapshots; now and then beyond telling."""
    if draw(st.integers(0, 9)) == 0:
        return SourceChanges(rebuild="the source table was replaced")
    each = st.builds(
        Change, st.integers(1, 9), st.sampled_from(ChangeKind), added=spans(), removed=spans(), masked=spans()
    )
    return SourceChanges(tuple(draw(st.lists(each, max_size=3))))


@st.composite
def situations(draw: st.DrawFn) -> dict[str, Any]:
    """The arguments of a plan."""
    instants = st.integers(0, HORIZON)
    timeframe = draw(st.sampled_from(DEFAULT_TIMEFRAMES))
    fence = draw(st.one_of(st.none(), instants))
    mark = Watermark(
        source_uuid="u",
        source_snapshot_id=1,
        source_sequence_number=1,
        closed_until=timeframe.floor(draw(instants)),
        fence=fence,
        algebra=algebra(Identity.ID),
    )
    state = TableState(watermark=mark, fence=fence, candles=occupied(draw(spans())).aligned(timeframe))
    optional = {"start": instants, "end": instants, "lookback": instants}
    request = RefreshRequest(
        timeframes=(timeframe,),
        now=draw(instants),
        run_id="r",
        grace=draw(st.sampled_from([0, 1, MINUTE, DAY])),
        include_open=draw(st.booleans()),
        rebuild=draw(st.integers(0, 9)) == 0,
        removed=draw(st.sampled_from(RemovedTrades)),
        trades_retention=draw(st.one_of(st.none(), instants)),
        **draw(st.fixed_dictionaries({}, optional=optional)),  # type: ignore[arg-type]
    )
    return {
        "timeframe": timeframe,
        "request": request,
        "state": state,
        "changes": draw(changes()),
        "files": draw(spans()),
    }


def reach(situation: dict[str, Any], plan: TablePlan) -> Intervals:
    """The windows that may be published: behind the fence, and closed unless open ones are asked for."""
    timeframe, request = situation["timeframe"], situation["request"]
    end = 2**63 if request.include_open else plan.closed_until
    return Intervals.of([(-(2**63) if plan.fence is None else timeframe.ceil(plan.fence), end)])


@given(situations())
def test_intervals_are_whole_windows_that_are_closed_and_not_frozen(situation: dict[str, Any]) -> None:
    plan = plan_table(**situation)

    assert plan.intervals == plan.intervals.aligned(situation["timeframe"])
    assert plan.intervals - reach(situation, plan) == Intervals()
    assert len(plan.intervals) <= MOST_RANGES


@given(situations())
def test_every_changed_window_within_reach_is_covered(situation: dict[str, Any]) -> None:
    plan = plan_table(**situation)
    changed = situation["changes"].dirty.aligned(situation["timeframe"])

    assert (changed & reach(situation, plan)) - plan.intervals == Intervals()


@given(situations())
def test_every_window_that_closed_and_can_hold_trades_is_covered(situation: dict[str, Any]) -> None:
    plan = plan_table(**situation)
    mark, timeframe = situation["state"].watermark, situation["timeframe"]
    closed = Intervals.of([(mark.closed_until, plan.closed_until)]) & occupied(situation["files"]).aligned(timeframe)

    assert (closed & reach(situation, plan)) - plan.intervals == Intervals()


@given(situations())
def test_a_rebuild_covers_all_trades_and_candles_within_reach(situation: dict[str, Any]) -> None:
    plan = plan_table(**situation)
    assume(plan.rebuild)
    somewhere = (occupied(situation["files"]) | situation["state"].candles).aligned(situation["timeframe"])

    assert (somewhere & reach(situation, plan)) - plan.intervals == Intervals()


@given(situations())
def test_closed_until_and_fence_never_move_back(situation: dict[str, Any]) -> None:
    plan = plan_table(**situation)
    state = situation["state"]

    assert plan.closed_until >= state.watermark.closed_until
    assert plan.closed_until % situation["timeframe"].duration == 0
    assert state.fence is None or (plan.fence is not None and plan.fence >= state.fence)


@given(situations())
def test_no_window_is_published_before_it_is_closed(situation: dict[str, Any]) -> None:
    plan = plan_table(**situation)
    request = situation["request"]

    assert plan.closed_until <= max(situation["state"].watermark.closed_until, request.now - request.grace)


@given(situations())
def test_what_is_frozen_is_counted(situation: dict[str, Any]) -> None:
    plan = plan_table(**situation)
    rows = [span for change in situation["changes"].changes for span in change.files]
    frozen = [] if plan.fence is None else [span for span in rows if span.interval.end <= plan.fence]

    assert plan.frozen >= len(frozen)
    assert plan.fence is not None or plan.frozen == 0


@given(situations())
def test_a_second_plan_after_the_first_was_carried_out_is_idle(situation: dict[str, Any]) -> None:
    plain = replace(situation["request"], start=None, end=None, lookback=None, rebuild=False, include_open=False)
    situation |= {"request": plain}
    plan = plan_table(**situation)
    mark = replace(situation["state"].watermark, closed_until=plan.closed_until, fence=plan.fence)
    after = TableState(watermark=mark, fence=plan.fence, candles=situation["state"].candles)

    assert plan_table(**(situation | {"state": after, "changes": SourceChanges()})).idle


@given(situations())
def test_a_plan_that_is_idle_has_nothing_to_record(situation: dict[str, Any]) -> None:
    plan = plan_table(**situation)

    assert not plan.idle or not (situation["changes"].changes or situation["changes"].rebuild)
