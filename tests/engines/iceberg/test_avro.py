"""Readers of manifests are made once for each schema, and read what PyIceberg's own read."""

from typing import Any
from unittest.mock import Mock

import pytest
from pyiceberg.avro import file
from pyiceberg.avro.resolver import resolve_reader

from engines.domain.timeframe import DAY, M1
from engines.iceberg import avro
from engines.testing.history import History, trade
from engines.testing.strategies import MIDNIGHT


def filled(history: History) -> None:
    for number in range(3):
        history.append([trade(MIDNIGHT + number, str(number))])
        history.run(MIDNIGHT + DAY, M1)


def entries(history: History) -> list[tuple[Any, ...]]:
    """All that the manifests of the 1m table say of its files, those that were removed among them."""
    table = history.lake.tables.target(M1)
    head = table.current_snapshot()
    assert head is not None
    return [
        (e.status, e.snapshot_id, e.sequence_number, f.file_path, f.record_count, f.partition, dict(f.lower_bounds))
        for manifest in head.manifests(table.io)
        for e in manifest.fetch_manifest_entry(table.io, discard_deleted=False)
        for f in (e.data_file,)
    ]


def test_what_is_read_again_needs_no_new_reader(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(history)
    making = Mock(side_effect=resolve_reader)
    monkeypatch.setattr(avro, "resolve_reader", making)
    history.append([trade(MIDNIGHT + 4, "4")])
    history.run(MIDNIGHT + DAY, M1)

    assert making.call_count == 0


def test_entries_are_those_that_readers_of_their_own_give(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(history)
    remembered = entries(history)
    monkeypatch.setattr(file, "resolve_reader", resolve_reader)
    monkeypatch.setattr(file, "AvroFileHeader", file.AvroFileHeader.__base__)

    assert len(remembered) > 1
    assert entries(history) == remembered


def test_more_schemas_than_readers_are_kept_for(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(avro, "MOST_READERS", 1)
    filled(history)

    history.prove(MIDNIGHT + DAY, M1)
