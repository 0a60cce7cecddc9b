"""When candles without trades are removed, and when the user is asked first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engines.domain.changes import Change, ChangeKind, FileSpan, SourceChanges
from engines.domain.interval import CALENDAR, END, Interval, Intervals
from engines.domain.losses import Loss, Question, RemovedTrades, first_left, removals
from engines.domain.timeframe import H1, HOUR, M1, MINUTE

LOST = Loss(candles=3, first=2, first_lost=5, first_left=5)

instants = st.one_of(st.none(), st.integers(0, 9))
losses = st.builds(Loss, candles=st.integers(0, 9), first=instants, first_lost=instants, first_left=instants)


def file(start: int, end: int) -> FileSpan:
    return FileSpan(f"{start}-{end}", Interval(start, end), 1, 1)


def removal(*files: FileSpan, declared: bool = False) -> Change:
    return Change(1, ChangeKind.DELETE, removed=files, declared=declared)


@pytest.mark.parametrize(
    ("loss", "question"),
    [
        (Loss(first_left=5), None),
        (LOST, None),
        (Loss(candles=3, first=2, first_lost=2, first_left=5), Question.OLD_END),
        (Loss(candles=3, first=2, first_lost=2), Question.OLD_END),
        (Loss(candles=3, first=2, first_left=5), None),
        (Loss(candles=4, first=2, first_left=5), Question.TOO_MANY),
        (Loss(candles=4, first=2, first_lost=6, first_left=5), Question.TOO_MANY),
    ],
)
def test_ask(loss: Loss, question: Question | None) -> None:
    assert loss.question(RemovedTrades.ASK, limit=3) is question


@given(losses)
def test_keep_and_recompute_ask_nothing_and_refuse_asks_for_all(loss: Loss) -> None:
    assert loss.question(RemovedTrades.KEEP, limit=0) is None
    assert loss.question(RemovedTrades.RECOMPUTE, limit=0) is None
    assert (loss.question(RemovedTrades.REFUSE, limit=9) is None) == (loss.candles == 0)


@given(losses, losses, losses)
def test_parts_make_the_whole_in_any_order(one: Loss, two: Loss, three: Loss) -> None:
    assert one + (two + three) == (three + one) + two
    assert one + Loss() == one


def test_what_we_removed_ourselves_is_no_loss_but_where_others_removed_too() -> None:
    changes = SourceChanges(
        (removal(file(0, MINUTE), file(5 * MINUTE, 6 * MINUTE), declared=True), removal(file(0, 9)))
    )
    found = removals(M1, changes, [], reach=CALENDAR)

    assert found.times == Intervals.of([(0, MINUTE)])
    assert found.declared == Intervals.of([(5 * MINUTE, 6 * MINUTE)])
    assert found.emptied == Intervals.of([(0, MINUTE)])


def test_times_are_whole_windows_of_the_table() -> None:
    assert removals(H1, SourceChanges((removal(file(5, 9)),)), [], reach=CALENDAR).times == Intervals.of([(0, HOUR)])


def test_where_the_changes_cannot_be_told_trades_may_be_gone_anywhere() -> None:
    assert removals(M1, SourceChanges(rebuild="replaced"), [], reach=CALENDAR).times == CALENDAR


def test_additions_and_compactions_remove_nothing() -> None:
    history = (Change(1, ChangeKind.APPEND, added=(file(0, 9),)), Change(2, ChangeKind.REPLACE, removed=(file(0, 9),)))
    found = removals(M1, SourceChanges(history), [], reach=CALENDAR)

    assert not found.times
    assert not found.emptied
    assert found.begins == END


def test_deleted_rows_are_removals_whatever_files_say() -> None:
    masked = Change(1, ChangeKind.DELETE, masked=(file(0, 9),))

    assert removals(M1, SourceChanges((masked,)), [file(0, 9)], reach=CALENDAR).times == Intervals.of([(0, MINUTE)])


def test_the_first_candle_that_is_left_is_looked_for_behind_the_fence() -> None:
    candles = [file(0, 10), file(10, 30), file(40, 50)]

    assert first_left(candles, Intervals(), since=0) == 0
    assert first_left(candles, Intervals(), since=15) == 29
    assert first_left(candles, Intervals.of([(10, 30)]), since=15) == 40
    assert first_left(candles, Intervals(), since=50) is None
