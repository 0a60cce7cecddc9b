"""The check of what the tables hold, on real tables, green and red."""

# ruff: noqa: ANN401 - the fixtures' types live in conftest.py, which importlib mode lets nobody import

from typing import Any

from pyiceberg.types import StringType

from engines.domain.checks import Health
from engines.domain.timeframe import M1
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


def test_without_a_catalog_there_is_nothing_to_look_at(tables: Any) -> None:
    tables.unreachable()
    assert only(look(tables.patient())).health is Health.SKIPPED
