"""The span of event times of passing trades."""

import pyarrow as pa

from k2cli.jobs.event_times import EventTimes


def table(*times: int) -> pa.Table:
    return pa.table({"timestamp": pa.array(times, pa.int64())})


def test_the_span_of_all_tables_that_passed() -> None:
    times = EventTimes()
    passed = list(times.seen([table(5, 3), table(), table(9, 4)]))

    assert (times.first, times.last) == (3, 9)
    assert [t.num_rows for t in passed] == [2, 0, 2]


def test_no_trade_no_span() -> None:
    times = EventTimes()
    list(times.seen([table()]))

    assert (times.first, times.last) == (None, None)
