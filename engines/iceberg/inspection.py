"""Information on tables for `k2 doctor` and lineage: facts from metadata, and a write test of the warehouse."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from pyiceberg.exceptions import NoSuchNamespaceError
from pyiceberg.io import FileIO, load_file_io
from pyiceberg.table import Table
from pyiceberg.table.refs import MAIN_BRANCH, SnapshotRefType

from engines.domain.abilities import Abilities
from engines.domain.decimals import Scale
from engines.domain.facts import Branch, TableFacts, Unfit
from engines.domain.identity import Identity
from engines.domain.mapping import SourceMapping
from engines.domain.requests import CatalogConfig
from engines.domain.timeframe import FINEST, Timeframe
from engines.errors import UsageError
from engines.faults import Point, passing
from engines.iceberg.abilities import refuse_unable
from engines.iceberg.branches import is_staging, stale_branches
from engines.iceberg.catalog import Tables, catalog_errors
from engines.iceberg.files import live_files
from engines.iceberg.scale import agreed_scale
from engines.iceberg.schema import check_target
from engines.iceberg.source import columns_of_trades, read_as_trades
from engines.iceberg.state import summary, target_state

_PROBE = b"k2 doctor was here; this file may be deleted\n"


def table_facts(tables: Tables) -> tuple[TableFacts, ...]:
    """Facts of the source and of the candle tables, finest first; missing tables are marked as such."""
    names = [
        (None, tables.names.source),
        *((timeframe, tables.names.target(timeframe)) for timeframe in tables.names.timeframes),
    ]
    return tuple(_facts(tables, name, timeframe, tables.find(name)) for timeframe, name in names)


def unkept_timeframes(tables: Tables) -> tuple[Timeframe, ...]:
    """Timeframes that have a candle table, finest first, although the settings name none: no run updates it."""
    prefix = f"{tables.names.candles}_"
    with catalog_errors(f"tables of {tables.names.namespace}"):
        try:
            names = [name[-1] for name in tables.catalog.list_tables(tables.names.namespace)]
        except NoSuchNamespaceError:
            return ()
    found = (_timeframe(name.removeprefix(prefix)) for name in names if name.startswith(prefix))
    return tuple(sorted({each for each in found if each is not None} - set(tables.names.timeframes)))


def _timeframe(text: str) -> Timeframe | None:
    try:
        return Timeframe.parse(text)
    except ValueError:
        return None


def _facts(tables: Tables, name: str, timeframe: Timeframe | None, table: Table | None) -> TableFacts:
    if table is None:
        return TableFacts(table=name, timeframe=timeframe, exists=False)
    made = {snapshot.snapshot_id: snapshot.timestamp_ms * 1000 for snapshot in table.metadata.snapshots}
    head = table.current_snapshot()
    totals = {} if head is None else summary(head)
    with catalog_errors(f"table {name}"):
        metadata_bytes = len(table.io.new_input(table.metadata_location))
    return TableFacts(
        table=name,
        timeframe=timeframe,
        location=table.location(),
        snapshot_id=table.metadata.current_snapshot_id,
        committed_at=max(made.values(), default=None),
        branches=tuple(_branches(table, made)),
        snapshots=len(made),
        metadata_bytes=metadata_bytes,
        files=int(totals.get("total-data-files", "0")),
        bytes=int(totals.get("total-files-size", "0")),
        identity=tables.identity(table) if timeframe is None else _made_by(table),
        columns=columns_of_trades(table, tables.trades.mapping) if timeframe is None else {},
    )


def _made_by(candles: Table) -> Identity | None:
    mark = target_state(candles).watermark
    return None if mark is None else mark.identity


def unfit_tables(tables: Tables, abilities: Abilities) -> Iterator[Unfit]:
    """Yield what keeps each of the tables from its service, as a run would find out; missing ones are left out."""
    source = tables.find(tables.names.source)
    if source is not None:
        yield from _unfit(partial(_check_trades, source, tables.trades.mapping, tables.scale(), abilities))
    candles = [tables.find(tables.names.target(timeframe)) for timeframe in tables.names.timeframes]
    there = [table for table in candles if table is not None]
    yield from _unfit(partial(agreed_scale, there, tables.chosen_scale))
    for table in there:
        yield from _unfit(partial(check_target, table))


def _check_trades(source: Table, mapping: SourceMapping, scale: Scale, abilities: Abilities) -> None:
    head = source.current_snapshot()
    files = live_files(source, head)
    reading, _ = read_as_trades(source, mapping, scale, files)
    refuse_unable(source, head, reading, abilities, files)


def _unfit(check: Callable[[], object]) -> Iterator[Unfit]:
    try:
        check()
    except UsageError as error:
        yield Unfit(why=error.message, remedy=error.hint)


def _branches(table: Table, made: Mapping[int, int]) -> Iterator[Branch]:
    stale = stale_branches(table)
    for name, ref in sorted(table.metadata.refs.items()):
        tag = ref.snapshot_ref_type is SnapshotRefType.TAG
        staging = is_staging(name) and not tag
        if name != MAIN_BRANCH:
            yield Branch(
                name=name, tag=tag, committed_at=made.get(ref.snapshot_id), staging=staging, stale=name in stale
            )


def probe_storage(tables: Tables) -> str:
    """Write a small file next to the candles, read it back, delete it.

    Returns:
        The folder in which this was done.

    Raises:
        UsageError: There is no table yet, and no warehouse is set.
        Unavailable: The file could not be written, read back or deleted.
    """
    io, folder = _storage(tables)
    place = f"{folder.rstrip('/')}/k2-doctor-{uuid.uuid4()}"
    with catalog_errors(f"warehouse {folder}"):
        _write_read_delete(io, place)
    return folder


def probe_warehouse(config: CatalogConfig) -> str:
    """Do the same in the warehouse of a catalog that need not be there yet, and return the warehouse.

    Raises:
        UsageError: No warehouse is set, or of a kind that is not known.
        Unavailable: The file could not be written, read back or deleted.
    """
    warehouse = config.properties.get("warehouse", "")
    if not warehouse:
        raise UsageError("there is no catalog yet, and no warehouse is set", hint="run k2 ohlcv create-tables")
    with catalog_errors(f"warehouse {warehouse}"):
        io = load_file_io(dict(config.properties), warehouse)
        _write_read_delete(io, f"{warehouse.rstrip('/')}/k2-doctor-{uuid.uuid4()}")
    return warehouse


def _storage(tables: Tables) -> tuple[FileIO, str]:
    """Storage and folder to test: those of the finest candle table, or of the configured warehouse if it is missing."""
    table = tables.find(tables.names.target(FINEST))
    if table is not None:
        return table.io, f"{table.location().rstrip('/')}/metadata"
    warehouse = tables.catalog.properties.get("warehouse")
    if not warehouse:
        raise UsageError("there is no table yet, and no warehouse is set", hint="run k2 ohlcv create-tables")
    with catalog_errors(f"warehouse {warehouse}"):
        return load_file_io(tables.catalog.properties, warehouse), warehouse


def _write_read_delete(io: FileIO, place: str) -> None:
    try:
        _write(io, place)
        passing(Point.PROBED)
        _read(io, place)
    finally:
        if io.new_input(place).exists():
            io.delete(place)


def _write(io: FileIO, place: str) -> None:
    with io.new_output(place).create() as stream:
        stream.write(_PROBE)


def _read(io: FileIO, place: str) -> None:
    with io.new_input(place).open() as stream:
        found = stream.read()
    if found != _PROBE:
        raise OSError(f"{place} was read as something else than was written")
