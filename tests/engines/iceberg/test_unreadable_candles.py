"""A file of a candle table that is missing or damaged is named in full, by whatever reads it; a run makes it good."""

from collections.abc import Callable
from pathlib import Path

import pytest

from engines.base import CandleQuery, ValidationRequest
from engines.domain.results import Origin
from engines.domain.timeframe import DAY, H1, HOUR, M1, Timeframe
from engines.errors import Failure, K2Error, ValidationFailed
from engines.lake import Lake
from engines.testing.history import History, trade
from engines.testing.strategies import MIDNIGHT
from tests.empty_tables import with_tables

NOW = MIDNIGHT + DAY


@pytest.fixture
def history(new_lake: Callable[..., Lake]) -> History:
    """Candles of one and sixty minutes, the 1m ones of a day in one file."""
    lake = with_tables(new_lake(timeframes=(M1, H1)))
    history = History(lake)
    history.append([trade(MIDNIGHT + n * HOUR, str(n)) for n in range(3)])
    history.run(NOW)
    return history


@pytest.fixture
def path(history: History) -> Path:
    """The file of the 1m candles."""
    (task,) = history.lake.tables.target(M1).scan().plan_files()
    return Path(task.file.file_path.removeprefix("file://"))


READING: dict[str, Callable[[History], object]] = {
    "candles": lambda history: history.lake.candles(CandleQuery(timeframe=M1)).read_all(),
    "series": lambda history: history.lake.series(M1),
}


def failure(reading: str, history: History) -> Failure:
    try:
        found = READING[reading](history)
    except K2Error as error:
        return error.failure
    assert isinstance(found, Failure)
    return found


@pytest.mark.parametrize("timeframe", [M1, H1])
@pytest.mark.parametrize("damaged", [True, False], ids=["damaged", "missing"])
def test_a_run_names_it_where_it_mends_the_table_and_reads_the_trades_where_another_table_is_made_of_it(
    history: History, path: Path, timeframe: Timeframe, damaged: bool
) -> None:
    if damaged:
        path.write_bytes(path.read_bytes()[:-40])
    else:
        path.unlink()
    (table,) = history.run(NOW, timeframe, rebuild=True)

    assert (str(path) in table.mended) is (timeframe == M1)
    assert table.origin is Origin.TRADES
    history.prove(NOW, timeframe)


@pytest.mark.parametrize("reading", READING)
def test_a_missing_file(history: History, path: Path, reading: str) -> None:
    path.unlink()
    found = failure(reading, history)

    assert found.exit_code == 6
    assert f"the data file file://{path} is missing" in found.message
    assert "validate --deep" in found.hint


def test_a_validation_tells_of_a_missing_file_and_goes_on(history: History, path: Path) -> None:
    path.unlink()
    minutes, hours = history.lake.validate(ValidationRequest(timeframes=(M1, H1), now=NOW)).tables
    (finding,) = minutes.findings
    (example,) = finding.examples

    assert (finding.invariant, finding.checked, finding.broken) == ("files", 1, 1)
    assert example.values["file"] == f"file://{path}"
    assert history.lake.lost_files() == {minutes.table: (f"file://{path}",)}
    assert [f.checked for f in hours.findings if not f.skipped] == [3] * 5


def test_a_validation_stops_at_a_damaged_file(history: History, path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(ValidationFailed, match=path.name):
        history.lake.validate(ValidationRequest(timeframes=(M1,), now=NOW))


@pytest.mark.parametrize("reading", READING)
def test_a_damaged_file(history: History, path: Path, reading: str) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:4] + b"\xff" * 32 + content[36:])
    found = failure(reading, history)

    assert found.exit_code == 3
    assert f"the data file file://{path} cannot be read: the bytes are not those that were written" in found.message
    assert "validate --deep" in found.hint
