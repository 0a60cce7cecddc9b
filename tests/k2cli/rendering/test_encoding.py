"""JSON, NDJSON and CSV say the same, exactly."""

# ruff: noqa: ANN401 - the fixtures' types live in conftest.py, which importlib mode lets nobody import

import csv
import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from engines.domain.candle import CANDLES
from engines.domain.results import Status
from k2cli.rendering.encoding import encode
from k2cli.reports import Source

HEAD = ["schema_version", "command", "run_id", "engine", "exit_code", "seconds", "started"]


@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        (Decimal("0.00000001"), "0.00000001"),
        (Decimal("1E+3"), "1000"),
        (Decimal("1E-16"), "0.0000000000000001"),
        (Decimal("65000.10000000"), "65000.10000000"),
        (datetime(2024, 3, 1, tzinfo=UTC), "2024-03-01T00:00:00Z"),
        (datetime(2024, 3, 1, microsecond=5, tzinfo=UTC), "2024-03-01T00:00:00.000005Z"),
        (date(2024, 3, 1), "2024-03-01"),
        (Status.UP_TO_DATE, "up_to_date"),
        (2**53 - 1, 2**53 - 1),
        (2**53, "9007199254740992"),
        (-(2**63), "-9223372036854775808"),
        (None, None),
        (True, True),
        ({"a": (Decimal(1),)}, {"a": ["1"]}),
    ],
)
def test_values(value: object, encoded: object) -> None:
    assert encode(value) == encoded
    assert type(encode(value)) is type(encoded)


def test_a_value_of_unknown_kind_is_not_guessed() -> None:
    with pytest.raises(TypeError, match="no JSON for object"):
        encode(object())


def test_a_snapshot_id_is_a_string_whatever_its_size() -> None:
    """A type that depended on the value would hold in a test of ours, and fail in the program of somebody else."""
    assert encode(Source(table="t", snapshot_id=5))["snapshot_id"] == "5"
    assert encode(Source(table="t", snapshot_id=2**63 - 1))["snapshot_id"] == "9223372036854775807"
    assert encode(Source(table="t", snapshot_id=None))["snapshot_id"] is None


def test_every_json_starts_with_the_same_keys(k2: Any) -> None:
    for command in (
        "ohlcv create-tables",
        "ohlcv aggregate",
        "ohlcv status",
        "ohlcv show 1m",
        "engines",
        "config show",
    ):
        document = json.loads(k2(*command.split(), "-o", "json").out)

        assert list(document)[:7] == HEAD
        assert document["schema_version"] == 2
        assert command.startswith(document["command"])
        assert document["exit_code"] == 0
        assert document["run_id"] == "6f1f6e9e-0000-4000-8000-000000000001"


def test_aggregate_has_the_keys_of_the_design(k2: Any) -> None:
    document = json.loads(k2("ohlcv", "aggregate", "1m", "-o", "json").out)

    assert document["engine"] == "polars"
    assert document["now"] == "2024-03-01T12:00:00Z"
    assert document["dry_run"] is False
    caveats = {"floats": [], "times_without_zone": False, "without_ids": False}
    assert document["source"] == {"table": "market_data.t", "snapshot_id": "5", "caveats": caveats}
    (table,) = document["tables"]
    assert list(table) == [
        "table",
        "timeframe",
        "status",
        "origin",
        "reason",
        "intervals",
        "windows",
        "changes",
        "candles_replaced",
        "candles_written",
        "candles_removed",
        "trades_read",
        "duplicates",
        "rejected",
        "frozen",
        "frozen_until",
        "data_files_read",
        "bytes_read",
        "bytes_written",
        "snapshot_id",
        "source_snapshot_id",
        "seconds",
        "noted",
        "others",
        "beyond_mending",
        "trades_before",
        "mended",
        "unknown_before",
        "error",
        "failure",
    ]
    assert table["intervals"] == [["2024-03-01T11:59:00Z", "2024-03-01T12:00:00Z"]]
    assert table["changes"] == [
        {
            "snapshot_id": str(2**62 + 3),
            "kind": "append",
            "files_added": 1,
            "files_removed": 0,
            "rows_added": 9,
            "rows_removed": 0,
        }
    ]
    assert table["rejected"] == {"price <= 0": 3}
    assert table["snapshot_id"] == str(2**62 + 1)
    assert (table["error"], table["failure"]) == ("", None)


def test_show_has_the_columns_of_the_table_and_every_digit(k2: Any) -> None:
    document = json.loads(k2("ohlcv", "show", "1h", "-o", "json").out)
    first, second = document["rows"]

    assert list(first) == [column.name for column in CANDLES]
    assert first["high_price"] == "9999999999.99999999"
    assert first["open_price"] == "65000.10000000"
    assert second["volume"] == "123456789012345678901234567890.12345678"
    assert second["quote_volume"] == "0.0000000000000001"
    assert second["buy_volume"] is None
    assert first["window_start"] == "2024-03-01T00:00:00Z"
    assert first["window_date"] == "2024-03-01"
    assert second["updated_at"] == "2024-03-01T00:00:00.000005Z"


def test_csv_and_ndjson_hold_the_rows_of_the_json(k2: Any) -> None:
    rows = json.loads(k2("ohlcv", "show", "1h", "-o", "json").out)["rows"]
    lines = [json.loads(line) for line in k2("ohlcv", "show", "1h", "-o", "ndjson").out.splitlines()]
    table = list(csv.DictReader(io.StringIO(k2("ohlcv", "show", "1h", "-o", "csv").out)))

    assert lines == rows
    assert table == [{name: "" if value is None else str(value) for name, value in row.items()} for row in rows]


def test_csv_of_no_candles_is_the_header(k2: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = k2.open

    def empty(name: str, config: Any) -> Any:
        lake = opened(name, config)
        lake.stored = lake.stored.slice(0, 0)
        return lake

    monkeypatch.setattr(k2, "open", empty)
    ran = k2("ohlcv", "show", "1h", "-o", "csv")

    assert ran.out == ",".join(column.name for column in CANDLES) + "\n"


def test_nested_values_of_a_csv_are_json(k2: Any) -> None:
    (row,) = csv.DictReader(io.StringIO(k2("ohlcv", "aggregate", "1m", "-o", "csv").out))

    assert json.loads(row["rejected"]) == {"price <= 0": 3}
    assert json.loads(row["intervals"]) == [["2024-03-01T11:59:00Z", "2024-03-01T12:00:00Z"]]
