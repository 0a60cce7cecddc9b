"""Which file is at fault is found by what an error names first, and not by reading a whole table."""

from pathlib import Path

import pytest

from engines.domain.timeframe import HOUR
from engines.iceberg.diagnosis import diagnosis
from engines.testing.history import History, trade
from engines.testing.strategies import MIDNIGHT


def test_the_file_that_an_error_names_comes_first_and_few_others_are_looked_at(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    for hour in range(3):
        history.append([trade(MIDNIGHT + hour * HOUR, str(hour))])
    table = history.table
    number = table.metadata.current_snapshot_id or 0
    paths = [task.file.file_path for task in table.scan().plan_files()]
    for path in paths[1:]:
        place = Path(path.removeprefix("file://"))
        place.write_bytes(place.read_bytes()[:100])
    monkeypatch.setattr("engines.iceberg.diagnosis._MOST_FILES", 1)
    for path in paths[1:]:
        found = diagnosis(table, number, None, ValueError(f"no footer in …{path[-30:]} (set POLARS_VERBOSE=1)"))
        assert found is not None
        assert path in found.message

    assert diagnosis(table, number, None, ValueError(f"no footer in {paths[0]}")) is None
