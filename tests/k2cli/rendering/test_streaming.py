"""Candles are written as they are read, where the format allows for it; what fails on the way is told."""

# ruff: noqa: ANN401 - the fixtures' types live in conftest.py, which importlib mode lets nobody import

import json
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest

from engines.errors import Unavailable
from k2cli.rendering.output import FORMATS
from k2cli.reports import CandleRows, ShowReport

SCHEMA = pa.schema([pa.field("symbol", pa.string())])


class Reading:
    """A table of three batches, and how many of them were read; perhaps the second one cannot be."""

    def __init__(self, *, failing: bool = False) -> None:
        self.batches = 0
        self._failing = failing

    def reader(self) -> pa.RecordBatchReader:
        return pa.RecordBatchReader.from_batches(SCHEMA, self._read())

    def _read(self) -> Iterator[pa.RecordBatch]:
        for number in range(3):
            if self._failing and number:
                raise Unavailable("the storage is gone", hint="wait")
            self.batches += 1
            yield pa.record_batch([[f"{number}.{n}" for n in range(2)]], schema=SCHEMA)


def shown(reading: Reading) -> ShowReport:
    return ShowReport(table="t", timeframe="1h", limit=None, candles=CandleRows(reading.reader()))


@pytest.mark.parametrize("output", ["csv", "ndjson"])
def test_rows_are_written_while_others_are_not_read_yet(output: str) -> None:
    reading = Reading()
    texts = iter(FORMATS[output](shown(reading)))

    assert "0.0" in next(texts)
    assert reading.batches == 1
    assert "2.1" in "".join(texts)
    assert reading.batches == 3


@pytest.mark.parametrize("output", ["csv", "ndjson", "json", "table"])
def test_what_fails_on_the_way_is_an_error_and_json_is_whole_or_nothing(
    k2: Any, monkeypatch: pytest.MonkeyPatch, output: str
) -> None:
    opened = k2.open

    def failing(name: str, config: Any) -> Any:
        lake = opened(name, config)
        lake.candles = lambda _: Reading(failing=True).reader()
        return lake

    monkeypatch.setattr(k2, "open", failing)
    ran = k2("ohlcv", "show", "1h", "-o", output)

    assert ran.code == Unavailable.exit_code
    assert "the storage is gone" in ran.err
    assert ("0.1" in ran.out) == (output in ("csv", "ndjson"))
    if output == "ndjson":
        assert [json.loads(line) for line in ran.out.splitlines()] == [{"symbol": "0.0"}, {"symbol": "0.1"}]
