"""What is mended in PyIceberg 0.12, for all tables of a process; what it reads and writes stays the same."""

import copy
from functools import lru_cache
from urllib.parse import quote_plus

from pydantic import BaseModel
from pyiceberg.expressions.visitors import _ManifestEvalVisitor
from pyiceberg.manifest import ManifestFile
from pyiceberg.partitioning import PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.table import Table
from pyiceberg.table.metadata import TableMetadataCommonFields
from pyiceberg.table.refs import SnapshotRef
from pyiceberg.table.snapshots import MetadataLogEntry, Snapshot, SnapshotLogEntry
from pyiceberg.table.sorting import SortOrder
from pyiceberg.transforms import Transform
from pyiceberg.typedef import Record
from pyiceberg.types import IcebergType, StructType

from engines.iceberg.avro import mend_avro
from engines.iceberg.lookup import look_up_quickly
from engines.iceberg.parsing import remember_metadata
from engines.iceberg.verdict import commit_and_look

_NEVER_CHANGED = (Schema, PartitionSpec, SortOrder, Snapshot, SnapshotRef, SnapshotLogEntry, MetadataLogEntry)
"""Parts of a table's metadata that PyIceberg replaces as a whole: its models are frozen."""

_shared = _ManifestEvalVisitor.eval
_derived = PartitionSpec.partition_type
_types: dict[tuple[int, int], tuple[StructType, PartitionSpec, Schema]] = {}
"""Types of partitions, with what they are derived from: as long as it is kept, no other object has its identity."""
MOST_TYPES = 1_000
_MOST_FOLDERS = 10_000
"""Number of partitions whose folders are remembered: a folder has the same name in each table of a first build."""


def mend_pyiceberg() -> None:
    """Make commits safe among their own threads and when they are called failed, and metadata cheap to look at."""
    remember_metadata()
    look_up_quickly()
    mend_avro()
    setattr(_ManifestEvalVisitor, "eval", _evaluate)  # noqa: B010 - a method of another library's class
    setattr(PartitionSpec, "partition_type", _partition_type)  # noqa: B010 - as above
    setattr(PartitionSpec, "partition_to_path", _partition_to_path)  # noqa: B010 - as above
    setattr(Table, "_do_commit", commit_and_look)  # noqa: B010 - as above
    setattr(TableMetadataCommonFields, "__deepcopy__", _with_own_lists)  # noqa: B010 - as above
    for part in _NEVER_CHANGED:
        setattr(part, "__deepcopy__", _itself)  # noqa: B010 - as above


def _evaluate(evaluator: _ManifestEvalVisitor, manifest: ManifestFile) -> bool:
    """Whether a manifest may list files of the partitions that a commit removes files from.

    PyIceberg's evaluator keeps the manifest that it judges in itself, and a commit shares it among threads: a manifest
    could be judged by the partitions of another and passed over. Then the commit failed ("Missing required files to
    delete") although nobody had committed first. Here each manifest has a copy of the evaluator to itself.
    """
    return _shared(copy.copy(evaluator), manifest)


def _partition_type(spec: PartitionSpec, schema: Schema) -> StructType:
    """The types of a table's partitions, which PyIceberg derives anew for each file's path and at its commit."""
    known = _types.get((id(spec), id(schema)))
    if known is None:
        if len(_types) >= MOST_TYPES:
            _types.clear()
        known = _types[id(spec), id(schema)] = _derived(spec, schema), spec, schema
    return known[0]


def _partition_to_path(spec: PartitionSpec, data: Record, schema: Schema) -> str:
    """The folder of a partition, which PyIceberg makes up for each file's path and again for the commit's summary."""
    types = spec.partition_type(schema).fields
    return "/".join([_folder(f.name, f.transform, types[n].field_type, data[n]) for n, f in enumerate(spec.fields)])


@lru_cache(maxsize=_MOST_FOLDERS, typed=True)
def _folder(name: str, transform: Transform[object, object], type_: IcebergType, value: object) -> str:
    shown = transform.to_human_string(type_, value=value)
    return f"{quote_plus(name, safe='')}={quote_plus(shown, safe='')}"


def _with_own_lists(metadata: BaseModel, _memo: dict[int, object] | None = None) -> BaseModel:
    """The deep copy of a table's metadata: its lists and mappings are its own, what they hold is never changed.

    PyIceberg makes twenty of them a commit. One of 1,000 snapshots took 0.6 ms even where each of these was itself.
    """
    copied = metadata.__copy__()
    for name, value in vars(copied).items():
        if isinstance(value, list | dict):
            vars(copied)[name] = value.copy()
    return copied


def _itself(part: BaseModel, memo: dict[int, object] | None = None) -> BaseModel:
    """The deep copy of a part of a table's metadata, which is the part, for nothing changes it.

    PyIceberg makes a deep copy of the metadata, all snapshots included, at every look at it within a transaction, a
    dozen times a commit. Pydantic's `model_copy` asks without a memo and changes what it gets: a shallow copy.
    """
    return part.__copy__() if memo is None else part
