"""Facts of tables from their metadata, and a probe that leaves nothing behind."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from engines.domain.facts import Branch
from engines.errors import Unavailable
from engines.faults import Point, armed
from engines.testing.history import History, trade


def test_tables_tell_where_they_lie_and_when_they_changed(history: History) -> None:
    history.append([trade(1, "1")])
    head = history.table.current_snapshot()
    assert head is not None
    dead, living = (f"k2_{begun}_{32 * 'a'}" for begun in (0, head.snapshot_id))
    for branch in ("audit", dead, "k2_somebodys", living):
        history.name(branch)
    source, *candles = history.lake.inspect()

    assert (source.table, source.timeframe, source.exists) == (history.lake.names.source, None, True)
    assert source.location == history.table.location()
    assert (source.snapshot_id, source.committed_at) == (head.snapshot_id, head.timestamp_ms * 1000)
    committed = head.timestamp_ms * 1000
    assert sorted(source.branches, key=lambda b: b.name) == sorted(
        (
            Branch(name="audit", tag=False, committed_at=committed),
            Branch(name=dead, tag=False, committed_at=committed, staging=True, stale=True),
            Branch(name=living, tag=False, committed_at=committed, staging=True),
            Branch(name="k2_somebodys", tag=False, committed_at=committed),
        ),
        key=lambda b: b.name,
    )
    assert [(t.exists, t.committed_at, t.branches) for t in candles] == [(True, None, ())] * 5


def test_a_table_that_is_missing_says_so(history: History) -> None:
    history.lake.tables.catalog.drop_table(history.lake.names.source)

    assert [t.exists for t in history.lake.inspect()] == [False, True, True, True, True, True]


def test_the_probe_writes_where_candles_do_and_leaves_nothing(history: History) -> None:
    place = Path(urlsplit(history.lake.probe_storage()).path)

    assert place.is_dir()
    assert not list(place.glob("k2-doctor-*"))


def test_a_probe_that_reads_something_else_fails_and_leaves_nothing(history: History) -> None:
    folder = Path(urlsplit(history.lake.probe_storage()).path)

    def garble() -> None:
        (probe,) = folder.glob("k2-doctor-*")
        probe.write_bytes(b"garbled")

    with armed(Point.PROBED, garble), pytest.raises(Unavailable, match="read as something else"):
        history.lake.probe_storage()

    assert not list(folder.glob("k2-doctor-*"))
