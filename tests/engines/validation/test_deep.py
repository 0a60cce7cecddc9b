"""Deep: a bit that flipped anywhere in a data file is found, and so is a file that is not there."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyiceberg.io.pyarrow import schema_to_pyarrow

from engines.base import ValidationRequest
from engines.domain.findings import TableFindings
from engines.domain.timeframe import DAY, DEFAULT_TIMEFRAMES, H1, HOUR, M1, Timeframe
from engines.errors import K2Error
from engines.iceberg.integrity import damaged_files
from engines.lake import Lake
from engines.testing.history import History, trade
from engines.testing.strategies import MIDNIGHT
from engines.testing.surgery import delete_rows
from tests.empty_tables import with_tables

if TYPE_CHECKING:
    from tests.engines.validation.conftest import Inspection

NOW = MIDNIGHT + 2 * DAY


def files(lake: Lake, timeframe: Timeframe) -> list[Path]:
    tasks = lake.tables.target(timeframe).scan().plan_files()
    return sorted(Path(task.file.file_path.removeprefix("file://")) for task in tasks)


def deep(lake: Lake, *, against_trades: bool = False) -> dict[Timeframe, TableFindings]:
    request = ValidationRequest(timeframes=DEFAULT_TIMEFRAMES, now=NOW, deep=True, against_trades=against_trades)
    return {table.timeframe: table for table in lake.validate(request).tables}


def damage(findings: TableFindings) -> dict[Path, str]:
    """What the deep check says, by file."""
    integrity = findings.findings[0]
    assert integrity.invariant == "integrity"
    assert integrity.broken == len(integrity.examples)
    return {Path(b.values["file"].removeprefix("file://")): b.problem for b in integrity.examples}


@contextmanager
def flipped(path: Path, bit: int) -> Iterator[None]:
    content = path.read_bytes()
    wrong = bytearray(content)
    wrong[bit // 8] ^= 1 << bit % 8
    path.write_bytes(wrong)
    try:
        yield
    finally:
        path.write_bytes(content)


@pytest.fixture(scope="module")
def lake(new_lake: Callable[..., Lake]) -> Lake:
    """Two days of candles of ours."""
    lake = with_tables(new_lake())
    history = History(lake)
    history.append([trade(MIDNIGHT + n * HOUR, str(n)) for n in range(48)])
    history.run(NOW)
    return lake


@pytest.fixture(scope="module")
def foreign_file(lake: Lake) -> Path:
    """A file of 1m candles by PyArrow, with checksums of its pages and without a digest in its name."""
    table = lake.tables.target(M1)
    row = table.scan().to_arrow().to_pylist()[0]
    step = timedelta(minutes=1)
    rows = [
        row
        | {
            "symbol": f"S{n:04}",
            "window_start": row["window_start"] + n * step,
            "window_end": row["window_end"] + n * step,
        }
        for n in range(600)
    ]
    path = Path(table.location().removeprefix("file://")) / "data" / f"{uuid.uuid4()}.parquet"
    schema = schema_to_pyarrow(table.schema(), include_field_ids=False)
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path, write_page_checksum=True, use_dictionary=False)
    table.add_files([path.as_uri()])
    return path


@settings(max_examples=settings().max_examples // 2, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_bit_anywhere_in_a_file_of_ours(lake: Lake, data: st.DataObject) -> None:
    timeframe = data.draw(st.sampled_from(DEFAULT_TIMEFRAMES))
    path = data.draw(st.sampled_from(files(lake, timeframe)))
    bit = data.draw(st.integers(0, path.stat().st_size * 8 - 1))
    with flipped(path, bit):
        found = deep(lake, against_trades=True)

    assert damage(found.pop(timeframe)) == {path: "the bytes are not those that were written"}
    for table in found.values():
        assert not damage(table)
        assert not any(finding.broken for finding in table.findings)


@settings(max_examples=settings().max_examples, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_bit_in_a_data_page_of_anybodys(lake: Lake, foreign_file: Path, data: st.DataObject) -> None:
    """The last half of a column chunk of one page lies within the page's data."""
    metadata = pq.read_metadata(foreign_file)
    column = metadata.row_group(0).column(data.draw(st.integers(0, metadata.num_columns - 1)))
    end = column.data_page_offset + column.total_compressed_size
    size = min(column.total_compressed_size // 2, column.total_compressed_size - 60)
    bit = data.draw(st.integers((end - max(size, 1)) * 8, end * 8 - 1))
    table = lake.tables.target(M1)
    with flipped(foreign_file, bit):
        _, found = damaged_files(table, table.current_snapshot())

    assert list(found) == [foreign_file.as_uri()]
    assert found[foreign_file.as_uri()]


@settings(max_examples=settings().max_examples, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_bit_anywhere_in_anybodys_file_is_survived(lake: Lake, foreign_file: Path, data: st.DataObject) -> None:
    """Not all of a foreign file is under a checksum; but whatever stands there, the check comes to its end."""
    size = foreign_file.stat().st_size
    bit = data.draw(st.one_of(st.integers(0, size * 8 - 1), st.integers((size - 5000) * 8, size * 8 - 1)))
    table = lake.tables.target(M1)
    with flipped(foreign_file, bit):
        count, found = damaged_files(table, table.current_snapshot())

    assert count == 3
    assert set(found) <= {foreign_file.as_uri()}


def test_sound_files_are_counted(lake: Lake, foreign_file: Path) -> None:
    assert foreign_file.exists()
    integrity = [table.findings[0] for table in deep(lake).values()]

    assert [finding.checked for finding in integrity] == [3, 2, 2, 2, 1]
    assert not any(finding.broken for finding in integrity)


class TestMissing:
    """Files that are not there, or not whole."""

    def test_a_file_that_is_gone(self, filled: "Inspection") -> None:
        path = files(filled.lake, M1)[0]
        path.unlink()

        assert damage(deep(filled.lake)[M1]) == {path: "the file is missing"}

    @pytest.mark.parametrize("size", [0, 1, 1000])
    def test_a_file_that_was_cut_short(self, filled: "Inspection", size: int) -> None:
        path = files(filled.lake, M1)[0]
        written = path.stat().st_size
        path.write_bytes(path.read_bytes()[:size])

        assert damage(deep(filled.lake)[M1]) == {path: f"the file has {size} bytes, {written} were written"}

    @pytest.mark.parametrize("gone", [True, False])
    def test_a_file_of_deleted_rows_counts_too(self, filled: "Inspection", gone: bool) -> None:
        table = filled.lake.tables.target(M1)
        data = [task.file for task in table.scan().plan_files()][:1]
        delete_rows(table, data, {data[0].file_path: [0]})
        (path,) = Path(table.location().removeprefix("file://")).rglob("*-deletes.parquet")
        if gone:
            path.unlink()
        else:
            path.write_bytes(path.read_bytes()[:-1])

        assert list(damage(deep(filled.lake)[M1])) == [path]

    def test_every_damaged_file_is_counted_and_the_other_tables_are_checked(self, filled: "Inspection") -> None:
        for path in files(filled.lake, M1):
            path.unlink()
        found = deep(filled.lake, against_trades=True)

        assert [(f.invariant, f.broken, f.skipped) for f in found[M1].findings] == [
            ("integrity", 2, ""),
            ("against_trades", 0, "the table has damaged files"),
        ]
        for timeframe, table in found.items():
            if timeframe != M1:
                (rollup,) = [f for f in table.findings if f.invariant == "rollup"]
                assert rollup.skipped.endswith("_1m has damaged files")
                (against,) = [f for f in table.findings if f.invariant == "against_trades"]
                assert (against.checked > 0, against.broken) == (True, 0)

    def test_a_damaged_finest_table_that_was_not_asked_for(self, filled: "Inspection") -> None:
        for path in files(filled.lake, M1):
            path.unlink()
        (table,) = filled.validate(H1, deep=True).tables

        (rollup,) = [f for f in table.findings if f.invariant == "rollup"]
        assert rollup.skipped.endswith("_1m has damaged files")

    def test_without_deep_damage_is_an_error_with_a_hint(self, filled: "Inspection") -> None:
        for path in files(filled.lake, M1):
            path.write_bytes(b"PAR1" * 1000)

        with pytest.raises(K2Error) as error:
            filled.validate(M1)
        assert error.value.exit_code != 1
        assert "--deep" in error.value.hint

    def test_without_deep_missing_files_are_counted_and_named(self, filled: "Inspection") -> None:
        """A listing tells, and the other tables are looked at."""
        gone = files(filled.lake, M1)
        for path in gone:
            path.unlink()
        minutes, hours = filled.validate(M1, H1).tables
        (finding,) = minutes.findings

        assert (finding.invariant, finding.checked, finding.broken) == ("files", len(gone), len(gone))
        assert {example.values["file"] for example in finding.examples} == {f"file://{path}" for path in gone}
        assert [f.skipped.endswith("_1m has damaged files") for f in hours.findings if f.invariant == "rollup"] == [
            True
        ]
