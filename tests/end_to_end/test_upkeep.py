"""validate, prune and compact as a user types them."""

# ruff: noqa: ANN401 - the fixtures' types live in conftest.py, which importlib mode lets nobody import

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

FIRST, SECOND = (f"2024-03-0{day}T00:00:00Z" for day in (1, 2))


@pytest.fixture
def built(desk: Any) -> Any:
    """Two days of candles."""
    desk.trade("2024-03-01T00:00:10Z", "2024-03-01T00:00:20Z", "2024-03-02T00:00:10Z")
    desk.aggregate()
    return desk


def falsified(desk: Any, column: str) -> None:
    """Write a candle with another value, past our own code."""
    table = desk.table("ohlcv_1m")
    rows = table.scan().to_arrow()
    field = rows.schema.field(column)
    first, *others = rows[column].to_pylist()
    values = pa.array([first * 3, *others], type=field.type)
    changed = rows.set_column(rows.schema.get_field_index(column), field, values)
    table.overwrite(changed)


def test_sound_tables_are_valid(built: Any) -> None:
    ran = built("ohlcv validate --against-trades --deep")

    assert "all checks passed" in ran.stdout
    assert "3 trades" in ran.stdout
    report = json.loads(built("ohlcv validate -o json").stdout)
    assert [t["timeframe"] for t in report["tables"]] == ["1m", "5m", "30m", "1h", "1d"]
    assert report["broken"] == 0


def test_empty_tables_say_what_fills_them(desk: Any) -> None:
    assert "k2 trades import FILE, or k2 trades generate; then run k2 ohlcv aggregate" in desk("status").stdout
    assert "is empty, too: k2 trades import FILE" in desk("show 1m").stderr
    assert "there were no candles to look at; k2 ohlcv aggregate makes them" in desk("validate").stdout

    desk.trade("2024-03-01T00:00:10Z")

    assert "candles are not built yet: run k2 ohlcv aggregate" in desk("status").stdout
    assert "warning: market_data.gold_ohlcv_1m is empty\n hint: run k2 ohlcv aggregate\n" in desk("show 1m").stderr
    checked = desk("validate", code=3).stdout
    assert "looked at nothing: candles are not built yet, up to 1 trades wait; run k2 ohlcv aggregate" in checked
    assert "passed" not in checked


def test_a_broken_candle_is_named_with_its_values(built: Any) -> None:
    falsified(built, "high_price")
    ran = built("ohlcv validate 1m --against-trades -o json", code=3)
    found = {i["invariant"]: i for i in json.loads(ran.stdout)["tables"][0]["invariants"]}
    row = found["against_trades"]["examples"][0]

    assert (row["exchange"], row["symbol"], row["window_start"]) == ("X", "A", FIRST)
    assert row["problem"] == "high_price is 30.00000000, not 10.00000000"
    assert row["values"]["high_price"] == "30.00000000"
    assert "against_trades is broken by 1 of 2" in ran.stderr
    human = built("ohlcv validate 1m --against-trades", code=3)
    assert "1 broken of 2" in human.stdout
    assert "high_price is 30.00000000, not 10.00000000" in human.stdout
    rows = built("ohlcv validate 1m --against-trades -o csv", code=3).stdout.splitlines()
    assert sum("against_trades,2,1,X,A," in row for row in rows) == 1


def test_a_late_table_fails_only_with_max_lag(built: Any) -> None:
    built.trade("2024-03-03T00:00:10Z")

    assert "all checks passed" in built("ohlcv validate 1m").stdout
    (built.folder / "k2.toml").write_text('[lag]\n1m = "1h"\n')
    told = built("ohlcv validate --now 2099-01-01T00:00:00Z -o json")
    late = {
        t["timeframe"]: [i["broken"] for i in t["invariants"] if i["invariant"] == "freshness"]
        for t in json.loads(told.stdout)["tables"]
    }
    assert late == {"1m": [1], "5m": [], "30m": [], "1h": [], "1d": []}
    assert "freshness" in built("ohlcv validate 1m --max-lag 1h --now 2099-01-01T00:00:00Z", code=3).stderr


def test_pruning_asks_before_and_never_hangs(built: Any) -> None:
    plan = built("ohlcv prune 1m --older-than 1d --now 2024-03-03T00:00:00Z --dry-run")

    assert "2024-03-02T00:00:00Z" in plan.stdout
    assert "this is the plan: nothing was done" in plan.stdout
    ran = built("ohlcv prune 1m --older-than 1d --now 2024-03-03T00:00:00Z", code=2)
    assert "the plan cannot be confirmed: this is not a terminal" in ran.stderr
    assert "--yes" in ran.stderr
    assert built.candles() == {FIRST: 2, SECOND: 1}


def test_old_candles_do_not_all_go_because_of_a_default(built: Any) -> None:
    """Trades of years ago, and a retention that nobody has thought of: every table would be empty."""
    ran = built("ohlcv prune --now 2031-01-01T00:00:00Z --yes", code=2)

    for timeframe, rows in {"1m": 2, "5m": 2, "30m": 2, "1h": 2, "1d": 2}.items():
        assert f"gold_ohlcv_{timeframe}: {rows} of {rows} candles would go" in ran.stderr
    assert "--force" in ran.stderr
    assert built.candles() == {FIRST: 2, SECOND: 1}
    built("ohlcv prune --now 2031-01-01T00:00:00Z --yes --snapshots")
    assert built.candles() == {FIRST: 2, SECOND: 1}


def test_a_schedule_leaves_what_a_person_would_be_asked_about_and_says_so(built: Any) -> None:
    with built.table("ohlcv_1m").transaction() as change:
        change.set_properties({"write.metadata.previous-versions-max": "100"})
    shown = built("ohlcv prune --now 2031-01-01T00:00:00Z --yes --spare").stdout
    told = json.loads(built("ohlcv prune 1m --now 2031-01-01T00:00:00Z --yes --spare -o json").stdout)

    assert "gold_ohlcv_1m: 2 of 2 candles stay although they are older than 2030-10-03 00:00, for more" in shown
    assert "--force drops them, [retention] 1m = 'none' keeps them for ever" in shown
    assert "gold_ohlcv_1m: 10 former versions of its metadata are enough, those beyond go" in shown
    (table,) = told["tables"]
    assert (table["status"], table["spared"], table["excess"]) == ("nothing", 2, "more than half of the table")
    assert built.candles() == {FIRST: 2, SECOND: 1}


def test_what_was_pruned_stays_so(built: Any) -> None:
    built("ohlcv prune 1m --older-than 1d --now 2024-03-03T00:00:00Z --yes")
    built.trade("2024-03-01T00:00:30Z")
    frozen = built.aggregate("1m")["tables"][0]["frozen"]
    built.aggregate("--rebuild")

    assert built.candles() == {SECOND: 1}
    assert frozen == 1


def test_quiet_upkeep_says_nothing_whether_or_not_there_was_something_to_do(built: Any) -> None:
    prune = "ohlcv prune 1m --older-than 1d --now 2024-03-03T00:00:00Z"

    assert built(f"{prune} --dry-run --quiet").stdout == built(f"{prune} --dry-run").stdout != ""
    assert built(f"{prune} --yes --quiet").stdout == ""
    assert built(f"{prune} --yes --quiet").stdout == built("ohlcv compact --quiet").stdout == ""
    again = built(f"{prune} --yes")
    assert "there is nothing to do" in again.stdout
    assert json.loads(built(f"{prune} --yes -q -o json").stdout)["dry_run"] is False
    assert built.candles() == {SECOND: 1}


def test_candles_that_nothing_covers_are_not_dropped_unasked(built: Any) -> None:
    built.trade("2024-03-01T00:00:30Z")
    built.aggregate("1m")
    ran = built("ohlcv prune 1m --older-than 1d --now 2024-03-03T00:00:00Z --yes", code=2)

    assert "1 windows of 5m do not hold the trades" in ran.stderr
    assert "--force" in ran.stderr
    built("ohlcv prune 1m --older-than 1d --now 2024-03-03T00:00:00Z --yes --force")
    assert built.candles() == {SECOND: 1}


def test_compaction_merges_what_another_writer_left(built: Any) -> None:
    table = built.table("ohlcv_1m")
    rows = table.scan().to_arrow()
    table.delete()
    for i in range(rows.num_rows):
        table.append(rows.slice(i, 1))
    table.append(rows.slice(0, 0))
    report = json.loads(built("ohlcv compact 1m -o json").stdout)["tables"][0]

    assert report["rows"] == 2
    assert built.candles() == {FIRST: 2, SECOND: 1}


def test_a_damaged_file_is_named(built: Any) -> None:
    file = next((built.folder / "k2-data/warehouse").rglob("gold_ohlcv_1m/data/**/*.parquet"))
    content = bytearray(Path(file).read_bytes())
    content[len(content) // 2] ^= 1
    Path(file).write_bytes(content)
    ran = built("ohlcv validate 1m --deep", code=3)

    assert "the bytes are not those that were written" in ran.stdout
    assert file.name in ran.stdout
