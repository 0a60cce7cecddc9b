"""Create, import, aggregate, a late delivery; validate, show, prune: the same on every deployment, digit by digit."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from engines.domain.timeframe import DEFAULT_TIMEFRAMES, H1, M1, M5, Timeframe, isoformat, to_instant
from engines.testing.oracle import Trade, candles
from tests.deployments.deployment import Deployment, Row, expected, spoken
from tests.deployments.trades import deliveries, real_trades, write

Settle = Callable[[str, str, str], Deployment]

SERVED, SPARK, OWN = pytest.mark.services, pytest.mark.spark, pytest.mark.spark(process="own")
EVERYWHERE = {
    ("polars", "sqlite", "files"): [],
    ("polars", "postgresql", "files"): [SERVED],
    ("polars", "postgresql", "s3"): [SERVED],
    ("polars", "rest", "s3"): [SERVED],
    ("spark", "sqlite", "files"): [OWN],
    ("spark", "rest", "files"): [OWN],
    ("spark cluster", "postgresql", "s3"): [SERVED, SPARK],
    ("spark connect", "rest", "s3"): [SERVED, SPARK],
}
LOOKED_AT = {("polars", "sqlite", "files"), ("polars", "postgresql", "s3"), ("spark cluster", "postgresql", "s3")}
"""Where candles that stand are looked at and pruned. On the others at night: each of their parts is in one of these."""

KEPT_FROM = date(2021, 7, 14)


@pytest.mark.parametrize(
    ("engine", "catalog", "storage"), [pytest.param(*key, marks=marks) for key, marks in EVERYWHERE.items()]
)
def test_late_trades_end_in_the_oracles_candles(settle: Settle, engine: str, catalog: str, storage: str) -> None:
    trades = real_trades()
    k2 = settle(engine, catalog, storage)
    now = f"--now {isoformat(to_instant(datetime.now(UTC)))}"

    builds(k2, trades, now, engine=engine.partition(" ")[0])
    is_complete(k2, trades)


@pytest.mark.parametrize(
    ("engine", "catalog", "storage"),
    [
        pytest.param(*key, marks=[*marks, *([] if key in LOOKED_AT else [pytest.mark.long])])
        for key, marks in EVERYWHERE.items()
    ],
)
def test_candles_are_validated_shown_and_pruned(settle: Settle, engine: str, catalog: str, storage: str) -> None:
    trades = real_trades()
    k2 = settle(engine, catalog, storage)
    # Snapshots and files are stamped by the machine's clock: in two days, even those of now are old.
    later = datetime.now(UTC) + timedelta(days=2)
    configure(k2, later)
    now = f"--now {isoformat(to_instant(later))}"

    # Polars makes what stands: engines take turns on the same tables, and Spark is proved to make them above.
    builds(k2, trades, f"{now} --engine polars", engine="polars")
    says_so(k2, trades, now)
    prunes(k2, trades, now)


def configure(k2: Deployment, now: datetime) -> None:
    """Minutes are kept from a day on, coarser candles for ever; of the snapshots only the newest."""
    days = (now.date() - KEPT_FROM).days
    coarser = [f'{timeframe} = "none"' for timeframe in DEFAULT_TIMEFRAMES if timeframe != M1]
    retention = [f'1m = "{days}d"', *coarser]
    lines = ["", "[retention]", *retention, "", "[snapshots]", "keep = 1", 'keep_age = "0s"', ""]
    with (k2.folder / "k2.toml").open("a", encoding="utf-8") as file:
        file.write("\n".join(lines))


def builds(k2: Deployment, trades: list[Trade], now: str, *, engine: str) -> None:
    """Tables, trades, candles; late trades, and candles again."""
    first, late = deliveries(trades)
    write(first, k2.folder / "first.csv")
    write(late, k2.folder / "late.csv")

    created = k2.report("ohlcv create-tables --with-trades")
    imported = k2.report("trades import first.csv")
    built = k2.report(f"ohlcv aggregate {now}")
    assert [table["status"] for table in created["tables"]] == ["created"] * 6
    assert (imported["imported"], imported["rejected"]) == (len(first), {})
    assert built["engine"] == engine
    assert [table["status"] for table in built["tables"]] == ["updated"] * 5
    assert [table["candles_written"] for table in built["tables"]] == [
        len(folded(first, t)) for t in DEFAULT_TIMEFRAMES
    ]

    again = k2.report("trades import late.csv")
    mended = k2.report(f"ohlcv aggregate {now}")
    assert again["imported"] == len(late)
    assert [table["status"] for table in mended["tables"]] == ["updated"] * 5
    assert mended["tables"][0]["duplicates"] == len(late) + len(first) - len(trades)


def is_complete(k2: Deployment, trades: list[Trade]) -> None:
    """The tables are the oracle's, digit by digit, as PyIceberg reads them."""
    for timeframe in DEFAULT_TIMEFRAMES:
        assert k2.candles(timeframe) == folded(trades, timeframe)


def says_so(k2: Deployment, trades: list[Trade], now: str) -> None:
    """And k2 says so: its status, its validation, and what it shows."""
    status = k2.report(f"ohlcv status {now}")["tables"]
    validated = k2.report(f"ohlcv validate --against-trades --deep {now}")

    assert [table["rows"] for table in status[1:]] == [len(folded(trades, t)) for t in DEFAULT_TIMEFRAMES]
    assert all(table["up_to_date"] and table["lag_trades"] == 0 for table in status[1:])
    assert validated["exit_code"] == 0
    assert k2.shown(H1) == [spoken(row) for row in folded(trades, H1)]


def prunes(k2: Deployment, trades: list[Trade], now: str) -> None:
    """Old minutes go, their files too; everything else stays, and the next run finds nothing to do."""
    minutes = folded(trades, M1)
    kept = [row for row in minutes if row["window_date"] >= KEPT_FROM]

    stray = k2.stray_file(M1)
    pruned = k2.report(f"ohlcv prune --yes --orphans {now}")["tables"]
    idle = k2.report(f"ohlcv aggregate {now}")["tables"]

    assert 0 < len(kept) < len(minutes)
    assert pruned[0]["rows"] == len(minutes) - len(kept)
    assert all(table["snapshots_expired"] > 0 and table["files_deleted"] > 0 for table in pruned)
    assert pruned[0]["orphans_deleted"] > 0
    assert not k2.holds(stray)
    assert {table["status"] for table in idle} == {"up_to_date"}
    assert k2.candles(M1) == kept
    assert k2.candles(M5) == folded(trades, M5)


def folded(trades: list[Trade], timeframe: Timeframe) -> list[Row]:
    """What has to stand in a table."""
    return [expected(candle) for candle in candles(trades, timeframe.duration)]
