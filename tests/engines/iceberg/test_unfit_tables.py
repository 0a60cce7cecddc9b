"""Tables that cannot serve are refused by name, by a run and by `doctor` before it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from pyiceberg.types import LongType

from engines.base import TradesConfig
from engines.domain.mapping import SourceMapping
from engines.domain.timeframe import HOUR, M1
from engines.domain.units import TimeUnit
from engines.errors import UsageError
from engines.lake import Lake
from engines.testing.foreign import NEEDED, append_rows, foreign_source, schema
from engines.testing.history import History, trade
from engines.testing.strategies import MIDNIGHT

NOW = MIDNIGHT + 2 * HOUR


@pytest.fixture
def lake(new_lake: Callable[..., Lake]) -> Lake:
    """One candle table, no source."""
    return new_lake(timeframes=(M1,))


def found(lake: Lake) -> str:
    """What is said of the only unfit table."""
    (unfit,) = lake.unfit_tables()
    assert unfit.remedy
    return unfit.why


@pytest.mark.parametrize(
    ("unit", "instant"), [("seconds", 1_709_251_200), ("milliseconds", 1_709_251_200_000), ("nanoseconds", 17 * 10**17)]
)
def test_times_in_two_units(lake: Lake, unit: str, instant: int) -> None:
    history = foreign_source(lake)
    append_rows(history.table, [trade(MIDNIGHT, "1")])
    append_rows(history.table, [trade(instant, "2")])
    refresh = history.aggregate(NOW)

    assert refresh.exit_code == 2
    assert f"are {unit}, not microseconds" in str(refresh.tables[0].failure) or "are microseconds, not" in found(lake)
    assert unit in found(lake)


def test_times_in_another_unit_than_the_one_that_is_named(new_lake: Callable[..., Lake]) -> None:
    lake = new_lake(timeframes=(M1,), trades=TradesConfig(mapping=SourceMapping(timestamp_unit=TimeUnit.S)))
    history = foreign_source(lake)
    append_rows(history.table, [trade(1_709_251_200_000, "1")])

    assert history.aggregate(NOW).exit_code == 2
    assert "are milliseconds, not seconds" in found(lake)
    assert 'timestamp_unit = "ms"' in lake.unfit_tables()[0].remedy


def test_a_column_of_a_type_that_pyiceberg_does_not_know(lake: Lake) -> None:
    history = foreign_source(lake)
    path = Path(history.table.metadata_location.removeprefix("file://"))
    metadata = json.loads(path.read_text())
    metadata["schemas"][0]["fields"].append({"id": 99, "name": "raw", "type": "variant", "required": False})
    path.write_text(json.dumps(metadata))

    with pytest.raises(UsageError, match=r"gold_crypto_trades has metadata that PyIceberg cannot read: .*variant"):
        lake.unfit_tables()


def test_a_candle_table_of_a_version_that_pyiceberg_does_not_write(lake: Lake) -> None:
    history = foreign_source(lake)
    assert lake.unfit_tables() == ()
    table = lake.tables.target(M1)
    path = Path(table.metadata_location.removeprefix("file://"))
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format-version": 3, "next-row-id": 0}))

    assert "format version 3" in found(lake)
    with pytest.raises(UsageError, match="format version 3"):
        history.aggregate(NOW)


def test_files_older_than_the_column_of_times(lake: Lake) -> None:
    """Their trades have no time, and are counted as such by whoever reads them; they are in no window."""
    columns = {name: type_ for name, type_ in NEEDED.items() if name != "timestamp"}
    lake.create_tables()
    table = lake.tables.catalog.create_table(lake.names.source, schema(columns))
    append_rows(table, [trade(0, "old")])
    with table.update_schema() as update:
        update.add_column("timestamp", LongType())
    history = History(lake)
    history.append([trade(MIDNIGHT, "new")])
    history.run(NOW)

    history.prove(NOW)
