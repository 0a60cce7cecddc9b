"""Candles to elsewhere: files of any size in the usual formats, exact, and files as backtesters read them.

Nothing is seen at its place before it is whole: what is written stands aside, and is renamed at the end.
"""

from k2cli.export.batches import gathered
from k2cli.export.formats import Format
from k2cli.export.places import StagedFile
from k2cli.export.plan import STDOUT, ExportRequest, Plan, pairs, planned
from k2cli.export.targets import TARGETS, Target
from k2cli.export.writing import WrittenFile, write

__all__ = [
    "STDOUT",
    "TARGETS",
    "ExportRequest",
    "Format",
    "Plan",
    "StagedFile",
    "Target",
    "WrittenFile",
    "gathered",
    "pairs",
    "planned",
    "write",
]
