"""Every report can be written in every format, and is frozen."""

import dataclasses
import json
from collections.abc import Iterator
from decimal import Decimal

import pyarrow as pa
import pytest

from engines.domain.caveats import Caveats
from engines.domain.checks import bad, good
from engines.domain.identity import Identity
from engines.domain.look import Spelling
from engines.domain.results import Creation, Origin, SnapshotChange, Status
from engines.domain.timeframe import M1
from engines.domain.upkeep import UpkeepStatus
from k2cli import reports as r
from k2cli.rendering.output import FORMATS
from k2cli.rendering.views import view
from tests.k2cli.rendering.inspected import MOMENT, REPORTS_OF_FILES

SNAPSHOT = 2**62 + 1  # as large as Iceberg's are, and odd: a float would make it 2**62
CANDLE = {
    "symbol": "BTCUSDT",
    "exchange": "binance",
    **dict.fromkeys(("window_start", "window_end"), MOMENT),
    **dict.fromkeys(("open_price", "low_price"), Decimal(1)),
    **dict.fromkeys(("high_price", "close_price"), Decimal(2)),
    "volume": Decimal("0.5"),
    "trade_count": 3,
    "vwap": Decimal("1.5"),
}
TABLE = r.AggregatedTable(
    table="t",
    timeframe=M1,
    status=Status.UPDATED,
    origin=Origin.TRADES,
    reason="new trades",
    intervals=((MOMENT, MOMENT),),
    windows=1,
    changes=(),
    candles_replaced=0,
    candles_written=1,
    candles_removed=0,
    trades_read=1,
    duplicates=0,
    rejected={},
    frozen=2,
    data_files_read=1,
    bytes_read=1,
    bytes_written=1,
    snapshot_id=SNAPSHOT,
    source_snapshot_id=SNAPSHOT,
    seconds=0.5,
)
CHANGES = tuple(
    SnapshotChange(
        snapshot_id=SNAPSHOT + n, kind="append", files_added=1, files_removed=0, rows_added=1, rows_removed=0
    )
    for n in range(12)
)
PLANNED = dataclasses.replace(TABLE, status=Status.PLANNED, intervals=((MOMENT, MOMENT),) * 5, changes=CHANGES)


def candle_rows() -> r.CandleRows:
    """One candle, which can be gone through once."""
    return r.CandleRows(pa.Table.from_pylist([CANDLE]).to_reader())


def fresh(example: r.Report) -> r.Report:
    """The example with candles that nobody has gone through yet."""
    return dataclasses.replace(example, candles=candle_rows()) if isinstance(example, r.ShowReport) else example


LOOK = r.SourceLook(
    table="raw.trades",
    snapshot_id=SNAPSHOT,
    format_version=2,
    columns=(r.MappedColumn(ours="price", theirs="px", type="double", read="a float"),),
    timestamp_unit="ms",
    unit_told=False,
    caveats=Caveats(floats=("price",), times_without_zone=True, without_ids=True),
    identity=Identity.NONE,
    rows=2,
    first=MOMENT,
    last=MOMENT,
    files=1,
    manifests=1,
    without_bounds=0,
    position_deletes=0,
    equality_deletes=0,
    looked_rows=2,
    looked_files=1,
    looked_from=MOMENT,
    rejected={"price_not_positive": 1},
    noted={"side_unknown": 1},
    spellings=(Spelling(column="symbol", words=("BTC", "btc")),),
    trades=({"symbol": "BTC", "timestamp": MOMENT, "price": Decimal("1.5"), "side": None, "rejected": None},),
)
RESTORED = r.RestoredTable(
    table="t",
    timeframe=M1,
    status=UpkeepStatus.DONE,
    snapshot_before=SNAPSHOT,
    snapshot_id=SNAPSHOT,
)
EXAMPLES: tuple[r.Report, ...] = (
    r.CreateTablesReport(
        catalog="c",
        tables=(r.CreatedTable(table="t", timeframe=None, status=Creation.DIFFERS, differences=("volume: a, not b",)),),
    ),
    r.AggregateReport(now=MOMENT, source=r.Source(table="s", snapshot_id=SNAPSHOT), tables=(TABLE,)),
    r.StatusReport(
        now=MOMENT,
        tables=(
            r.StatusOfTable(
                table="t",
                timeframe=M1,
                exists=True,
                rows=1,
                first=MOMENT,
                last=None,
                source_snapshot_id=SNAPSHOT,
                closed_until=MOMENT,
                fence=None,
                up_to_date=True,
                lag_trades=None,
                lag_seconds=90_061.5,
                snapshots=1,
                files=1,
                bytes=5 << 40,
            ),
        ),
    ),
    r.ShowReport(table="t", timeframe="1m", limit=1, candles=candle_rows()),
    r.ChartReport(table="t", timeframe="1m", exchange="x", symbol="S", snapshot_id=SNAPSHOT, candles=(CANDLE,)),
    r.ImportReport(
        table="t",
        files=(r.ImportedFile(file="f", rows=2, rejected=1, layout="k2", unit="us", header=True),),
        rows_read=2,
        imported=1,
        rejected={"price_negative": 1},
        rejects_file="f.rejects.csv",
        first=MOMENT,
        last=MOMENT,
        snapshot_id=SNAPSHOT,
        bytes_written=1,
    ),
    r.GenerateReport(table="t", trades=1, seed=1, first=MOMENT, last=MOMENT, snapshot_id=SNAPSHOT, bytes_written=1),
    r.CompactTradesReport(
        table="t",
        status=UpkeepStatus.DONE,
        rows_before=2,
        copies_dropped=1,
        files_before=2,
        files_after=1,
        bytes_before=2,
        bytes_after=1,
        bytes_written=1,
        snapshot_id=SNAPSHOT,
    ),
    r.DeleteReport(
        exchange="x",
        symbol="s",
        whole_series=True,
        dry_run=True,
        table="t",
        status=UpkeepStatus.PLANNED,
        trades=1,
        held=2,
        first=MOMENT,
        last=MOMENT,
        touched=(r.TouchedCandles(timeframe=M1, candles=1, frozen=0),),
        files_dropped=0,
        files_rewritten=1,
        bytes_written=1,
        snapshot_id=SNAPSHOT,
    ),
    r.UndoReport(
        import_id="i",
        dry_run=False,
        table="t",
        status=UpkeepStatus.DONE,
        trades=1,
        held=2,
        first=MOMENT,
        last=MOMENT,
        touched=(r.TouchedCandles(timeframe=M1, candles=1, frozen=0),),
        files_dropped=1,
        files_rewritten=0,
        bytes_written=0,
        snapshot_id=SNAPSHOT,
    ),
    r.QuickstartReport(
        folder="/x",
        config="/x/k2.toml",
        trades=1,
        late=1,
        steps=(
            r.Step(
                step="1",
                table="t",
                timeframe=M1,
                status=Status.UPDATED,
                windows=1,
                candles_written=1,
                trades_read=1,
                seconds=0.1,
            ),
        ),
        candles_checked=1,
        candles_broken=0,
        chart_title="BTCUSDT",
        chart=(r.ChartCandle.of(CANDLE),),
        page="/x/chart.html",
        next=("k2 ohlcv status",),
    ),
    r.ScheduleReport(
        scheduler="systemd", files=(r.ScheduleFile(name="a", text="x"), r.ScheduleFile(name="b", text="y"))
    ),
    r.RunsReport(
        log="/x/runs.ndjson",
        runs=(
            r.PastRun(
                started=MOMENT,
                seconds=1.5,
                command="ohlcv aggregate",
                exit_code=0,
                said="5 updated",
                run_id="018f1c9e-7d1a-4c7e-9a51-0c2f6d7a5b11",
                engine="polars",
            ),
        ),
        unreadable=1,
    ),
    r.InspectReport(source=LOOK),
    *REPORTS_OF_FILES,
    r.DoctorReport(
        quick=False, checks=(good("python", "Python 3.12"), bad("java", "there is none", fix="install it")), source=LOOK
    ),
    r.EnginesReport(engines=(r.InstalledEngine(name="polars", module="m", distribution="d", selected=True),)),
    r.ValidateReport(
        now=MOMENT,
        broken=7,
        tables=(
            r.ValidatedTable(
                table="t",
                timeframe=M1,
                invariants=(
                    r.CheckedInvariant(
                        invariant="unique",
                        sentence="one candle",
                        checked=9,
                        broken=7,
                        examples=(
                            r.BrokenRow(
                                exchange="binance",
                                symbol="BTCUSDT",
                                window_start=MOMENT,
                                problem="twice",
                                values={"volume": "0.5"},
                            ),
                        ),
                    ),
                ),
            ),
        ),
        sources=(
            r.ValidatedSource(
                snapshot_id=SNAPSHOT,
                trades_read=3,
                duplicates=1,
                rejected={"price_not_positive": 1},
                samples=({"exchange": "binance", "price": "0"},),
            ),
        ),
    ),
    r.PruneReport(
        now=MOMENT,
        dry_run=False,
        tables=(
            r.PrunedTable(
                table="t",
                timeframe=M1,
                status=UpkeepStatus.DONE,
                cutoff=MOMENT,
                partitions=1,
                rows=1,
                held=3,
                first=MOMENT,
                until=MOMENT,
                files=1,
                bytes=1,
                branches_dropped=0,
                snapshots_expired=0,
                files_deleted=0,
                bytes_freed=0,
                orphans_deleted=0,
                orphan_bytes=0,
            ),
        ),
    ),
    r.RestoreReport(now=MOMENT, dry_run=False, older=False, tables=(RESTORED,)),
    r.CompactReport(
        tables=(
            r.CompactedTable(
                table="t",
                timeframe=M1,
                status=UpkeepStatus.NOTHING,
                partitions=0,
                rows=1,
                files_before=1,
                files_after=1,
                bytes_before=1,
                bytes_after=1,
            ),
        ),
    ),
    r.PyIcebergReport(name="k2", properties={"type": "sql"}, secrets_left_out=("uri",)),
    r.ConfigReport(settings=(r.SettingValue(key="engine", value="polars", origin=None),)),
)


def kinds(base: type[r.Report] = r.Report) -> Iterator[type[r.Report]]:
    for kind in base.__subclasses__():
        # A dataclass with slots is made twice; the first one is no longer reachable by its name.
        if getattr(r, kind.__name__, None) is kind:
            yield kind
        yield from kinds(kind)


def test_every_report_has_an_example_here() -> None:
    assert {type(example) for example in EXAMPLES} == set(kinds())


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: type(e).__name__)
def test_every_report_has_a_view_of_its_own(example: r.Report) -> None:
    assert view.dispatch(type(example)) is not view.dispatch(r.Report)
    assert list(view(fresh(example)))


@pytest.mark.parametrize("output", FORMATS)
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: type(e).__name__)
def test_every_report_is_written_in_every_format(example: r.Report, output: str) -> None:
    text = "".join(FORMATS[output](fresh(example)))

    assert text.endswith("\n")
    if output == "json":
        assert json.loads(text)["command"] == example.command
    if output == "ndjson":
        assert [json.loads(line) for line in text.splitlines()]


def snapshot_ids(document: object) -> Iterator[object]:
    """The values of all snapshot ids in a parsed JSON document."""
    if isinstance(document, dict):
        yield from (value for key, value in document.items() if key.endswith("snapshot_id"))
    parts = document.values() if isinstance(document, dict) else document if isinstance(document, list) else ()
    for part in parts:
        yield from snapshot_ids(part)


@pytest.mark.parametrize("output", ["json", "ndjson"])
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: type(e).__name__)
def test_no_json_holds_a_number_that_a_parser_would_round(example: r.Report, output: str) -> None:
    """JavaScript and jq keep whole numbers up to 2^53 - 1, and round what is larger without a word."""
    text = "".join(FORMATS[output](fresh(example)))
    numbers: list[int] = []

    def number(digits: str) -> int:
        numbers.append(int(digits))
        return numbers[-1]

    documents = [json.loads(line, parse_int=number) for line in (text.splitlines() if output == "ndjson" else [text])]

    assert all(abs(found) < 2**53 for found in numbers)
    assert all(found in {str(SNAPSHOT + n) for n in range(12)} for found in snapshot_ids(documents))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: type(e).__name__)
def test_every_report_is_frozen(example: r.Report) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        example.run_id = "x"  # type: ignore[misc]


def test_a_report_without_a_view_is_a_bug() -> None:
    with pytest.raises(NotImplementedError, match="no view for Report"):
        view(r.Report())


def test_a_long_plan_is_cut_short_with_what_is_left_out() -> None:
    tables = (PLANNED, dataclasses.replace(TABLE, status=Status.UP_TO_DATE))
    plan = r.AggregateReport(now=MOMENT, dry_run=True, source=r.Source(table="s", snapshot_id=SNAPSHOT), tables=tables)
    text = "".join(FORMATS["table"](plan))

    assert "and 2 more" in text
    assert "and 2 older ones" in text
    assert "why 1m: new trades" in text
