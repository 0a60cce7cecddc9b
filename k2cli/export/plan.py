"""The plan of an export: format, columns and place, from what is asked for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from engines.errors import UsageError
from k2cli.export.formats import Format, format_of
from k2cli.export.names import PartitionNames, is_partition
from k2cli.export.places import Pipe, Place, StagedFile, StagedFiles, StagedFolder
from k2cli.export.shapes import AsStored, WithoutSeries
from k2cli.export.targets import TARGETS, Target
from k2cli.export.writing import Output

STDOUT = Path("-")
"""The path that stands for standard output."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRequest:
    """Where and how candles are to be written.

    Attributes:
        path: The file or folder; `STDOUT`: the stream.
        format: Format of the files; None: what the name of the file tells.
        target: Name of the program that they are for; None: whatever reads the format.
        partitioned: Whether each series gets a folder, ``exchange=…/symbol=…``.
        pairs: The pair of currencies of a symbol, for programs that name files by pairs.
        force: Whether what an earlier export left there is replaced.
        run_id: Id of the run.
        allow_empty: Accept an empty result without a warning or an error, whatever the reason.
    """

    path: Path
    format: Format | None = None
    target: str | None = None
    partitioned: bool = False
    pairs: Mapping[str, str] = field(default_factory=dict)
    force: bool = False
    run_id: str
    allow_empty: bool = False


def pairs(given: Iterable[str]) -> dict[str, str]:
    """Pairs by symbol, from texts such as ``BTCUSDT=BTC/USDT``.

    Raises:
        UsageError: A text has no such form.
    """
    found = {}
    for text in given:
        symbol, sign, pair = text.rpartition("=")
        if not sign or not symbol or not pair:
            raise UsageError(f"--pair {text!r} is no pair of a symbol", hint="write it as BTCUSDT=BTC/USDT")
        found[symbol] = pair
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Where and how candles are written.

    Attributes:
        output: How.
        place: Where.
        target: The program that they are for; None: whatever reads the format.
    """

    output: Output
    place: Place
    target: Target | None


def planned(request: ExportRequest, timeframe: str, stream: BinaryIO | None = None) -> Plan:
    """Decide where and how candles are written, by the names alone; no candle is read yet.

    Args:
        request: What is asked for.
        timeframe: The timeframe of the candles, for names of files.
        stream: Standard output, if it is the place.

    Raises:
        UsageError: Place, format and target do not fit together.
        Refused: There is such a file, and `request.force` is not set.
    """
    target = None if request.target is None else TARGETS[request.target]
    if request.partitioned and target is not None:
        raise UsageError(
            f"--partition-by is not for {target.name}", hint="name a folder: each series gets a file in it"
        )
    if request.path == STDOUT:
        return _piped(request, target, stream)
    if request.partitioned:
        return _partitioned(request)
    if target is not None and target.folder and format_of(request.path) and not request.path.is_dir():
        raise UsageError(
            f"{target.name} reads a folder, and {request.path.name} is named as a file", hint="name a folder"
        )
    if target is not None and (target.folder or _is_folder(request.path)):
        format_ = _fitting(target, request.format or target.formats[0])
        names = target.names(timeframe, format_, request.pairs)
        files = StagedFiles(request.path, run_id=request.run_id, force=request.force)
        return Plan(output=Output(format=format_, shape=target.shape, names=names), place=files, target=target)
    file = StagedFile(request.path, run_id=request.run_id, force=request.force)
    return Plan(output=_one(_told_format(request), target), place=file, target=target)


def _piped(request: ExportRequest, target: Target | None, stream: BinaryIO | None) -> Plan:
    format_ = request.format or (None if target is None else target.formats[0])
    if request.partitioned or (target is not None and target.folder):
        raise UsageError("a file for each series needs a folder", hint="name one: --to FOLDER")
    if format_ is None or stream is None:
        raise UsageError("standard output does not tell a format", hint="add --format csv, or another")
    return Plan(output=_one(format_, target), place=Pipe(stream), target=target)


def _one(format_: Format, target: Target | None) -> Output:
    if target is None:
        return Output(format=format_, shape=AsStored())
    return Output(format=_fitting(target, format_), shape=target.shape, alone=True)


def _partitioned(request: ExportRequest) -> Plan:
    format_ = request.format or format_of(request.path) or Format.PARQUET
    names = PartitionNames(format_)
    folder = StagedFolder(request.path, run_id=request.run_id, force=request.force, ours=is_partition)
    return Plan(output=Output(format=format_, shape=WithoutSeries(), names=names.name), place=folder, target=None)


def _is_folder(path: Path) -> bool:
    """Whether a path is meant as a folder: it is one, or has no suffix."""
    return path.is_dir() or not path.suffix


def _fitting(target: Target, format_: Format) -> Format:
    if format_ not in target.formats:
        raise UsageError(f"{target.name} reads no {format_}", hint=f"it reads {' or '.join(target.formats)}")
    return format_


def _told_format(request: ExportRequest) -> Format:
    told = format_of(request.path)
    if request.format is None and told is None:
        known = " ".join(f".{each}" for each in Format)
        raise UsageError(
            f"the name {request.path.name!r} does not tell a format",
            hint=f"end it in one of {known}, or add --format (a span of time ends with --until)",
        )
    if told is not None and request.format not in (None, told):
        raise UsageError(
            f"{request.path.name} is named as {told}, --format says {request.format}", hint="name it otherwise"
        )
    return request.format or told or Format.PARQUET
