"""`k2 ohlcv export`: what it writes and says, and what it refuses with nothing left behind."""

# ruff: noqa: ANN401 - the fixtures' types live in conftest.py, which importlib mode lets nobody import

import io
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engines.domain.timeframe import M30
from engines.errors import Unavailable

MARCH = 1_709_251_200_000_000


def left(folder: Path) -> set[str]:
    """The files below a folder, but for those of the settings."""
    found = (str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    return {name for name in found if not name.startswith("k2-data")}


def test_a_file_holds_what_the_table_has(k2: Any) -> None:
    ran = k2("ohlcv", "export", "1m", "--to", "out.parquet", "-o", "json")
    report = json.loads(ran.out)
    table = pq.read_table(k2.folder / "out.parquet")

    assert ran.code == 0
    assert table.equals(k2.asked.stored)
    assert (report["path"], report["format"], report["target"]) == ("out.parquet", "parquet", None)
    assert (report["rows"], report["series"], report["snapshot_id"]) == (2, 2, "5")
    assert (report["first"], report["last"]) == ("2024-03-01T00:00:00Z", "2024-03-01T00:00:00Z")
    assert report["bytes"] == (k2.folder / "out.parquet").stat().st_size
    assert [file["rows"] for file in report["files"]] == [2]
    assert left(k2.folder) == {"out.parquet"}


@pytest.mark.parametrize("format_", ["csv", "ndjson"])
def test_text_is_that_of_show(k2: Any, format_: str) -> None:
    shown = k2("show", "1m", "-o", format_).out
    k2("export", "1m", "--to", f"out.{format_}")
    piped = (k2.folder / f"out.{format_}").read_text()

    if format_ == "csv":
        assert piped == shown
    assert [line.replace(" ", "") for line in piped.splitlines()] == [
        line.replace(" ", "") for line in shown.splitlines()
    ]


def test_filters_are_passed_on(k2: Any) -> None:
    options = "--exchange binance --symbol BTCUSDT --from 2024-03-01 --until 2024-03-02"
    assert k2("export", "30m", "--to", "out.csv", *options.split()).code == 0
    query = k2.asked.query

    assert (query.timeframe, query.exchange, query.symbol) == (M30, "binance", "BTCUSDT")
    assert (query.start, query.end, query.limit) == (MARCH, MARCH + 86_400_000_000, None)


def test_each_series_gets_a_folder_or_a_file(k2: Any) -> None:
    assert k2("export", "1m", "--to", "parts", "--partition-by", "symbol").code == 0
    assert k2("export", "1m", "--to", "bt", "--for", "backtrader").code == 0

    assert left(k2.folder) == {
        *(f"parts/exchange=binance/symbol={symbol}/candles.parquet" for symbol in ("BTCUSDT", "SHIBUSDT")),
        *(f"bt/binance-{symbol}-1m.csv" for symbol in ("BTCUSDT", "SHIBUSDT")),
    }
    names = pq.read_schema(k2.folder / "parts/exchange=binance/symbol=BTCUSDT/candles.parquet").names
    assert names == [name for name in k2.asked.stored.column_names if name not in ("exchange", "symbol")]


def test_a_series_may_have_one_file_and_no_more(k2: Any) -> None:
    one = k2("export", "1m", "--to", "btc.csv", "--for", "backtrader", "--symbol", "BTCUSDT")
    both = k2("export", "1m", "--to", "both.csv", "--for", "backtrader")

    assert (one.code, both.code) == (0, 2)
    assert "bt.feeds.GenericCSVData(dataname='btc.csv', timeframe=bt.TimeFrame.Minutes, compression=1)" in one.out
    assert "BTCUSDT on binance, SHIBUSDT on binance" in both.err
    assert left(k2.folder) == {"btc.csv"}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("--to out", "does not tell a format"),
        ("--to 2024-03-02", "ends with --until"),
        ("--to out.xlsx", "does not tell a format"),
        ("--to out.csv --format parquet", "named as csv"),
        ("--to folder", "is a folder"),
        ("--to mine.csv", "mine.csv exists"),
        ("--to no/out.csv", "there is no folder"),
        ("--to mine.csv/out.csv", "there is no folder"),
        ("--to mine.csv --partition-by symbol", "is a file"),
        ("--to folder --partition-by symbol --force", "holds what such an export does not make: notes.txt"),
        ("--to out --partition-by symbol --for vectorbt", "not for vectorbt"),
        ("--to out.csv --for nothing", "nothing"),
        ("--to out.json --for backtrader", "backtrader reads no json"),
        ("--to data --for freqtrade --format csv", "freqtrade reads no csv"),
        ("--to out.csv --for freqtrade", "freqtrade reads a folder"),
        ("--to data --for freqtrade --pair BTCUSDT", "no pair of a symbol"),
        ("--to -", "does not tell a format"),
        ("--to - --format csv -o json", "no --output"),
        ("--to - --format csv --partition-by symbol", "needs a folder"),
        ("--to - --for freqtrade", "needs a folder"),
        ("--to out.csv --from 2024-03-02 --until 2024-03-01", "is not before --until"),
        ("--to out.csv --symbol BTCUSD", "did you mean 'BTCUSDT'"),
        ("", "--to"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_left(k2: Any, options: str, said: str) -> None:
    (k2.folder / "folder").mkdir()
    (k2.folder / "folder" / "notes.txt").write_text("mine")
    (k2.folder / "mine.csv").write_text("mine")
    ran = k2("export", "1m", *options.split())

    assert (ran.code, ran.out) == (2, "")
    assert said in " ".join(ran.err.split())
    assert left(k2.folder) == {"folder/notes.txt", "mine.csv"}
    assert (k2.folder / "mine.csv").read_text() == "mine"


@pytest.mark.parametrize("options", ["--to out.parquet", "--to out --partition-by symbol", "--to out --for vectorbt"])
def test_what_fails_on_the_way_leaves_nothing(k2: Any, monkeypatch: pytest.MonkeyPatch, options: str) -> None:
    opened = k2.open

    def failing(name: str, config: Any) -> Any:
        lake = opened(name, config)
        stored = lake.stored

        def batches() -> Iterator[pa.RecordBatch]:
            yield from stored.to_batches()
            raise Unavailable("the storage is gone", hint="wait")

        lake.candles = lambda _: pa.RecordBatchReader.from_batches(stored.schema, batches())
        return lake

    monkeypatch.setattr(k2, "open", failing)
    ran = k2("export", "1m", *options.split())

    assert (ran.code, ran.out) == (Unavailable.exit_code, "")
    assert "the storage is gone" in ran.err
    assert left(k2.folder) == set()


def test_no_candles_are_an_empty_file_and_a_warning(k2: Any) -> None:
    ran = k2("export", "1m", "--to", "none.csv", "--symbol", "ETHUSDT", "-o", "json")
    allowed = k2("export", "1m", "--to", "nobody.csv", "--symbol", "NOBODY", "--allow-empty")

    assert (ran.code, json.loads(ran.out)["rows"], json.loads(ran.out)["first"]) == (0, 0, None)
    assert "there are no candles in that span" in ran.err
    assert (k2.folder / "none.csv").read_text().count("\n") == 1
    assert (allowed.code, allowed.err) == (0, "")


def test_standard_output_gets_the_candles_alone(k2: Any) -> None:
    ran = k2("export", "1m", "--to", "-", "--format", "csv")

    assert (ran.code, ran.err) == (0, "")
    assert ran.out == k2("show", "1m", "-o", "csv").out


def test_quiet_says_nothing(k2: Any) -> None:
    ran = k2("export", "1m", "--to", "out.csv", "-q")

    assert (ran.code, ran.out, ran.err) == (0, "", "")


def test_a_file_is_replaced_by_force(k2: Any) -> None:
    (k2.folder / "out.ndjson").write_text("old")
    assert k2("export", "1m", "--to", "out.ndjson", "--force", "--symbol", "SHIBUSDT").code == 0
    (row,) = map(json.loads, io.StringIO((k2.folder / "out.ndjson").read_text()))

    assert Decimal(row["volume"]) == Decimal("123456789012345678901234567890.12345678")
    assert (row["close_price"], row["buy_volume"], row["trade_count"]) == ("0.00000001", None, 1)
