"""The events of a run: a parent and a child for each table, begun and ended, with what they read and wrote."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from engines.domain.facts import TableFacts
from engines.domain.results import Origin, Status
from engines.domain.timeframe import M1, M5
from engines.errors import Failure
from k2cli.reports import AggregatedTable, AggregateReport, Source
from k2cli.telemetry.column_lineage import ColumnOrigin, Way
from k2cli.telemetry.lineage import Event, Lineage, storage_name

RUN_ID = "6f1f6e9e-0000-4000-8000-000000000001"
THEIRS = {"symbol": "pair", "timestamp": "event_time", "price": "px", "quantity": "size", "message_id": "trade"}
THEIRS |= {"side": "maker"}
TABLES = (
    TableFacts(table="md.trades", timeframe=None, location="s3://lake/md/trades", snapshot_id=4, columns=THEIRS),
    TableFacts(table="md.c_1m", timeframe=M1, location="s3a://lake/md/c_1m", snapshot_id=10),
    TableFacts(table="md.c_5m", timeframe=M5, location="s3://lake/md/c_5m", snapshot_id=20),
)
UPDATED = AggregatedTable(
    table="md.c_1m",
    timeframe=M1,
    status=Status.UPDATED,
    origin=Origin.TRADES,
    reason="new trades",
    intervals=(),
    windows=1,
    changes=(),
    candles_replaced=0,
    candles_written=7,
    candles_removed=0,
    trades_read=9,
    duplicates=0,
    rejected={},
    frozen=0,
    data_files_read=1,
    bytes_read=1,
    bytes_written=100,
    snapshot_id=11,
    source_snapshot_id=5,
    seconds=0.1,
    error="",
)
COARSER = replace(UPDATED, table="md.c_5m", timeframe=M5, origin=Origin.CANDLES, snapshot_id=21)
NOW = datetime(2024, 3, 1, tzinfo=UTC)


class Box:
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.closed = False

    def send(self, event: Event) -> None:
        self.events.append(event)

    def close(self) -> None:
        self.closed = True


def told(report: AggregateReport | None, failure: Failure | None = None) -> list[Event]:
    """The events at the end of a run of two tables."""
    box = Box()
    lineage = Lineage(box, lambda: 1, run_id=RUN_ID, tables=TABLES, timeframes=(M1, M5))
    lineage.started()
    assert [(event.kind, event.job) for event in box.events] == [
        ("START", "k2.ohlcv.aggregate"),
        ("START", "k2.ohlcv.aggregate.1m"),
        ("START", "k2.ohlcv.aggregate.5m"),
    ]
    begun = {event.job: event.run_id for event in box.events}
    lineage.ended(report, failure)
    assert box.closed
    ended = box.events[3:]
    assert all(begun[event.job] == event.run_id for event in ended)
    return ended


def report(*tables: AggregatedTable, exit_code: int = 0) -> AggregateReport:
    return AggregateReport(now=NOW, source=Source(table="md.trades", snapshot_id=5), tables=tables, exit_code=exit_code)


def test_each_run_has_an_identity_of_its_own_below_that_of_the_command() -> None:
    ended = told(report(UPDATED, COARSER))

    assert [event.parent_id for event in ended] == [RUN_ID, RUN_ID, None]
    assert ended[-1].run_id == RUN_ID
    assert len({uuid.UUID(event.run_id) for event in ended}) == 3


def test_what_was_read_and_written_at_which_snapshots() -> None:
    finest, coarser, parent = told(report(UPDATED, COARSER))

    assert [event.kind for event in (finest, coarser, parent)] == ["COMPLETE"] * 3
    assert [(d.namespace, d.name, d.version) for d in finest.inputs] == [("s3://lake", "md/trades", 5)]
    assert [(d.namespace, d.name, d.table, d.version, d.rows, d.bytes) for d in finest.outputs] == [
        ("s3://lake", "md/c_1m", "md.c_1m", 11, 7, 100)
    ]
    assert [(d.table, d.version) for d in coarser.inputs] == [("md.c_1m", 11)]
    assert [(d.table, d.version) for d in coarser.outputs] == [("md.c_5m", 21)]


def test_columns_are_told_by_the_names_that_their_own_tables_give_them() -> None:
    finest, coarser, _ = told(report(UPDATED, COARSER))
    (made,), (merged,) = finest.outputs, coarser.outputs

    assert made.columns["symbol"] == (ColumnOrigin("pair", Way.SAME),)
    assert "exchange" not in made.columns  # a constant
    assert [origin.column for origin in made.columns["open_price"]] == ["px", "event_time", "trade"]
    assert [origin.column for origin in made.columns["vwap"]] == ["px", "size"]
    assert made.columns["buy_volume"][-1] == ColumnOrigin("maker", Way.DECIDES)
    assert made.columns["window_end"] == (ColumnOrigin("event_time", Way.CONVERTED),)
    assert merged.columns["open_price"] == (ColumnOrigin("open_price", Way.AGGREGATED),)
    assert [origin.column for origin in merged.columns["vwap"]] == ["quote_volume", "volume"]
    assert not {"created_at", "updated_at"} & (made.columns.keys() | merged.columns.keys())


def test_candles_made_from_candles_that_this_run_left_alone() -> None:
    coarser, _ = told(report(COARSER))

    assert [(d.table, d.version) for d in coarser.inputs] == [("md.c_1m", 10)]


def test_a_table_that_failed() -> None:
    failed = replace(UPDATED, status=Status.FAILED, error="somebody was faster")
    finest, coarser, parent = told(report(failed, COARSER, exit_code=5))

    assert [event.kind for event in (finest, coarser, parent)] == ["FAIL", "COMPLETE", "FAIL"]
    assert finest.error == "somebody was faster"


@pytest.mark.parametrize(("code", "kind"), [(6, "FAIL"), (1, "FAIL"), (130, "ABORT"), (143, "ABORT")])
def test_a_run_that_came_to_nothing(code: int, kind: str) -> None:
    ended = told(None, Failure(message="why", exit_code=code))

    assert [(event.kind, event.error) for event in ended] == [(kind, "why")] * 3


@pytest.mark.parametrize(
    ("location", "name"),
    [
        ("s3://bucket/wh/md/t", ("s3://bucket", "wh/md/t")),
        ("s3a://bucket/wh/md/t/", ("s3://bucket", "wh/md/t")),
        ("gs://bucket/t", ("gs://bucket", "t")),
        ("abfss://c@account.dfs.core.windows.net/t", ("abfss://c@account.dfs.core.windows.net", "t")),
        ("file:///data/wh/md/t", ("file", "/data/wh/md/t")),
        ("file:/data/wh/md/t", ("file", "/data/wh/md/t")),
    ],
)
def test_tables_are_named_by_where_they_lie(location: str, name: tuple[str, str]) -> None:
    assert storage_name(location) == name
