"""Manifests: readers are made once for each schema, blocks have many entries, and both say what PyIceberg's own say."""

import io
import uuid
from typing import Any
from unittest.mock import Mock

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyiceberg import manifest
from pyiceberg.avro import file
from pyiceberg.avro.encoder import BinaryEncoder
from pyiceberg.avro.resolver import resolve_reader
from pyiceberg.manifest import ManifestEntry, ManifestEntryStatus, write_manifest

from engines.domain.timeframe import DAY, M1
from engines.iceberg import avro
from engines.iceberg.files import live_files
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


def test_blocks_have_many_entries_that_are_those_of_pyiceberg(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = 30
    history.append([trade(MIDNIGHT + n * DAY, str(n)) for n in range(days)])
    contents = []
    for writer, block in ((file.AvroOutputFile, 0), (avro._Blocks, 64_000), (avro._Blocks, 2_000)):  # noqa: SLF001
        monkeypatch.setattr(manifest, "AvroOutputFile", writer)
        monkeypatch.setattr(avro, "_BLOCK_BYTES", block)
        contents.append(written(history))
    monkeypatch.undo()

    (one_each, plain), (one, filled), (some, several) = contents
    assert (one_each, one) == (days, 1)
    assert 1 < some < days
    assert plain == filled == several


def written(history: History) -> tuple[int, list[list[Any]]]:
    """The number of blocks of a manifest of the trades' files, and what is read from it."""
    table = history.table
    head = table.current_snapshot()
    assert head is not None
    output = table.io.new_output(f"{table.location()}/metadata/{uuid.uuid4()}.avro")
    with write_manifest(2, table.spec(), table.schema(), output, 1, "deflate") as writer:
        for data_file in live_files(table, head):
            entry = ManifestEntry.from_args(
                status=ManifestEntryStatus.ADDED, snapshot_id=1, sequence_number=None, data_file=data_file
            )
            writer.add(entry)
        assert writer.tell() > 0
    made = writer.to_manifest_file()
    made.sequence_number = 1
    with output.to_input_file().open() as stream:
        blocks = stream.read().count(writer._writer.sync_bytes) - 1  # noqa: SLF001 - the header has it, too
    return blocks, [list(entry.data_file._data) for entry in made.fetch_manifest_entry(table.io)]  # noqa: SLF001


@given(st.integers(-(2**63), 2**63 - 1) | st.integers(-300, 300))
def test_integers_are_encoded_as_pyiceberg_encodes_them(number: int) -> None:
    ours, theirs = io.BytesIO(), io.BytesIO()
    avro._Encoder(ours).write_int(number)  # noqa: SLF001
    BinaryEncoder(theirs).write_int(number)

    assert ours.getvalue() == theirs.getvalue()


def test_a_file_that_is_given_up_is_closed_and_has_no_block(history: History) -> None:
    table = history.table
    output = table.io.new_output(f"{table.location()}/metadata/half.avro")
    begun: Any = avro._Blocks(output, table.schema(), "rows")  # noqa: SLF001
    begun.__enter__()
    begun._entries = 1  # noqa: SLF001
    begun.__exit__(ValueError, ValueError(), None)

    assert begun.output_stream.closed
    with output.to_input_file().open() as stream:
        assert stream.read().count(begun.sync_bytes) == 1


def test_more_schemas_than_readers_are_kept_for(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(avro, "MOST_READERS", 1)
    filled(history)

    history.prove(MIDNIGHT + DAY, M1)
