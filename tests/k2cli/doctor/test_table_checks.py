"""The check of what the tables hold, on real tables, green and red."""

# ruff: noqa: ANN401 - the fixtures' types live in conftest.py, which importlib mode lets nobody import

from typing import Any

import pytest
from pyiceberg.types import StringType

from engines.domain.checks import Health
from engines.domain.requests import RefreshRequest
from engines.domain.timeframe import M1, MINUTE
from engines.errors import UsageError
from engines.iceberg.files import live_files
from engines.polars.engine import PolarsEngine
from engines.testing.arrow import trades_table
from engines.testing.history import trade
from engines.testing.strategies import MIDNIGHT as TRADED
from engines.testing.surgery import delete_by_value
from k2cli.doctor.identity import identity
from k2cli.doctor.source import source, trades
from k2cli.doctor.tables import tables as look
from tests.k2cli.doctor.findings import only


def test_a_source_and_candles_that_fit_are_green(tables: Any) -> None:
    assert only(look(tables.patient())).health is Health.OK


def test_each_table_that_does_not_fit_is_named_with_what_to_do(tables: Any) -> None:
    lake = tables.lake()
    for table, column in ((lake.tables.source(), "price"), (lake.tables.target(M1), "vwap")):
        with table.update_schema(allow_incompatible_changes=True) as update:
            update.delete_column(column)
            update.add_column(("other",), StringType())
    trades, candles = look(tables.patient())

    assert (trades.health, candles.health) == (Health.FAILED, Health.FAILED)
    assert "column price" in trades.found
    assert "column vwap" in candles.found
    assert candles.fix == "run k2 ohlcv create-tables --evolve"
    assert {trades.exit_code, candles.exit_code} == {2}


def test_identity_green_and_yellow(tables: Any) -> None:
    assert only(identity(tables.patient())).found.startswith("id: one message_id in a minute")

    tables.lake().append([trades_table([trade(TRADED, "1")])], run_id="r")
    request = RefreshRequest(timeframes=(M1,), now=TRADED + MINUTE, run_id="r")
    assert tables.lake().aggregate(request).exit_code == 0
    assert only(identity(tables.patient())).health is Health.OK

    tables.variables["K2_TRADES__IDENTITY"] = "id-time"
    yellow = only(identity(tables.patient()))
    assert yellow.health is Health.WARNING
    assert "market_data.gold_ohlcv_1m by id" in yellow.found
    assert "[trades] identity = 'id'" in yellow.fix


def test_a_source_that_records_nothing_is_told_apart_by_id_and_time(tables: Any) -> None:
    with tables.lake().tables.source().transaction() as transaction:
        transaction.remove_properties("k2.identity")

    assert only(identity(tables.patient())).found.startswith("id-time: ")


def test_a_record_that_is_not_understood_is_an_error_with_a_cure(tables: Any) -> None:
    with tables.lake().tables.source().transaction() as transaction:
        transaction.set_properties({"k2.identity": "hash"})

    with pytest.raises(UsageError, match="'hash', which this version does not know"):
        tables.lake().inspect()
    tables.variables["K2_TRADES__IDENTITY"] = "id"
    assert only(identity(tables.patient())).health is Health.OK


def test_without_a_catalog_there_is_nothing_to_look_at(tables: Any) -> None:
    tables.unreachable()
    assert only(look(tables.patient())).health is Health.SKIPPED


def test_how_a_source_is_kept_green_and_yellow(tables: Any) -> None:
    lake = tables.lake()
    lake.append([trades_table([trade(TRADED, "1")])], run_id="r")
    green = only(source(tables.patient()))
    assert green.health is Health.OK
    assert "format 2, 1 files in 1 manifests, times in microseconds, found from the numbers" in green.found

    with lake.tables.source().transaction() as transaction:
        transaction.set_properties({"write.metadata.metrics.default": "none"})
    lake.append([trades_table([trade(TRADED, "2")])], run_id="r")
    yellow = only(source(tables.patient()))
    assert yellow.health is Health.WARNING
    assert "1 of 2 files without bounds of their times" in yellow.found
    assert "CALL system.rewrite_data_files(table => 'market_data.gold_crypto_trades')" in yellow.fix

    table = lake.tables.source()
    delete_by_value(table, live_files(table, table.current_snapshot()), "symbol", ["BTCUSDT"])
    assert only(look(tables.patient())).health is Health.FAILED  # this engine does not read them
    assert only(trades(tables.patient())).health is Health.SKIPPED


def test_what_the_newest_trades_are_green_and_yellow(tables: Any) -> None:
    assert only(trades(tables.patient())).found == "there are none yet"

    lake = tables.lake()
    lake.append([trades_table([trade(TRADED, "1", symbol="BTC-USDT")])], run_id="r")
    assert only(trades(tables.patient())).found == "the newest 1 rows are all trades"

    lake.append([trades_table([trade(TRADED, "2", symbol="BTC-USDT", price="0")])], run_id="r")
    left_out = only(trades(tables.patient()))
    assert left_out.health is Health.WARNING
    assert "price_not_positive: 1" in left_out.found

    lake.append([trades_table([trade(TRADED, "3", symbol="btcusdt")])], run_id="r")
    spelled = only(trades(tables.patient()))
    assert "written in several ways: symbol 'BTC-USDT' and 'btcusdt'" in spelled.found


def test_no_engine_is_started_to_look_at_trades(tables: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    tables.lake().append([trades_table([trade(TRADED, "1")])], run_id="r")
    monkeypatch.setattr(PolarsEngine, "in_process", False)
    skipped = only(trades(tables.patient()))

    assert skipped.health is Health.SKIPPED
    assert skipped.found == "engine polars would have to be started to read some: k2 trades inspect does"
    assert only(source(tables.patient())).health is Health.OK


def test_a_source_that_cannot_be_read_is_told_of_once(tables: Any) -> None:
    with tables.lake().tables.source().update_schema(allow_incompatible_changes=True) as update:
        update.delete_column("price")
    assert only(look(tables.patient())).health is Health.FAILED

    assert only(source(tables.patient())).health is Health.SKIPPED
    assert only(trades(tables.patient())).health is Health.SKIPPED
