"""What is mended in PyIceberg 0.12, for all tables of a process."""

import copy

from pyiceberg.expressions.visitors import _ManifestEvalVisitor
from pyiceberg.manifest import ManifestFile

from engines.iceberg.avro import remember_readers

_shared = _ManifestEvalVisitor.eval


def mend_pyiceberg() -> None:
    """Make commits safe among their own threads and manifests quick to read; what PyIceberg reads is the same."""
    remember_readers()
    setattr(_ManifestEvalVisitor, "eval", _evaluate)  # noqa: B010 - a method of another library's class


def _evaluate(evaluator: _ManifestEvalVisitor, manifest: ManifestFile) -> bool:
    """Whether a manifest may list files of the partitions that a commit removes files from.

    PyIceberg's evaluator keeps the manifest that it judges in itself, and a commit shares it among threads: a manifest
    could be judged by the partitions of another and passed over. Then the commit failed ("Missing required files to
    delete") although nobody had committed first. Here each manifest has a copy of the evaluator to itself.
    """
    return _shared(copy.copy(evaluator), manifest)
