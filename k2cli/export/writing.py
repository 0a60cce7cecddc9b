"""Writing candles to one file, or to a file for each series."""

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import PurePath
from typing import Self

import pyarrow as pa

from engines.errors import UsageError
from k2cli.export.files import new_file
from k2cli.export.formats import Format
from k2cli.export.places import Place
from k2cli.export.series import SeriesName, Tally, runs
from k2cli.export.shapes import Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """How candles are written.

    Attributes:
        format: The format of the files.
        shape: What of a candle is written.
        names: The file of a series; None: all candles stand in one file.
        alone: Whether a file takes no more than one series, since its columns do not tell them apart.
    """

    format: Format
    shape: Shape
    names: Callable[[SeriesName], PurePath] | None = None
    alone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenFile:
    """A file of an export.

    Attributes:
        name: Its path in the folder of the export; empty if there is only one file.
        series: Whose candles it holds; None: all.
        tally: What it holds.
        bytes: Its size.
    """

    name: PurePath
    series: SeriesName | None
    tally: Tally
    bytes: int


def write(
    tables: Iterable[pa.Table],
    schema: pa.Schema,
    output: Output,
    place: Place,
    advanced: Callable[[int], None] = lambda _: None,
) -> tuple[WrittenFile, ...]:
    """Write candles, and put the files in their place when all of them are whole; after a failure nothing is left.

    Rows are written as they come, so that memory does not grow with their number; one file is open at a time.

    Args:
        tables: The candles; those of a series are neighbours if each series gets a file. What fails in reading them is
            raised.
        schema: Their schema.
        output: How they are written.
        place: Where.
        advanced: Told the number of rows after each step.

    Raises:
        UsageError: There are several series where only one has room, or a file cannot be written where it should.
        Refused: A file exists.
        Unavailable: No space is left, or the device fails.
    """
    try:
        with _Files(output, place, schema) as files:
            for table in tables:
                files.write(table)
                advanced(table.num_rows)
            files.close()
        place.finish()
    except BaseException:
        place.discard()
        raise
    return tuple(files.written)


class _Files:
    """The files of an export, of which one is open at a time."""

    def __init__(self, output: Output, place: Place, schema: pa.Schema) -> None:
        self._output, self._place = output, place
        self._schema = output.shape.schema(schema)
        self._series: SeriesName | None = None
        self._name = PurePath()
        self._stack = ExitStack()
        self._open = False
        self.written: list[WrittenFile] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self._stack.__exit__(*failure)  # type: ignore[arg-type]

    def write(self, table: pa.Table) -> None:
        """Write candles to their files."""
        for series, rows in [(None, table)] if self._output.names is None else runs(table):
            if not self._open or series != self._series:
                self._turn(series)
            self._tally.add(rows)
            if self._output.alone:
                _refuse_several(self._tally)
            self._file.write(self._output.shape.shaped(rows))

    def close(self) -> None:
        """End the last file. A single one is written even if it holds no candles."""
        if not self._open and self._output.names is None:
            self._turn(None)
        self._end()

    def _turn(self, series: SeriesName | None) -> None:
        self._end()
        names = self._output.names
        self._series, self._tally = series, Tally()
        self._name = PurePath() if names is None or series is None else names(series)
        self._sink = self._stack.enter_context(self._place.opened(self._name))
        self._file = new_file(self._sink, self._schema, self._output.format)
        self._open = True

    def _end(self) -> None:
        if self._open:
            self._file.close()
            self._stack.close()
            self._open = False
            series = self._series or next(iter(self._tally.series if len(self._tally.series) == 1 else ()), None)
            self.written.append(WrittenFile(name=self._name, series=series, tally=self._tally, bytes=self._sink.bytes))


def _refuse_several(tally: Tally) -> None:
    if len(tally.series) > 1:
        one, other = sorted(tally.series)[:2]
        raise UsageError(
            f"one file has room for one series only, and there are {one}, {other} …",
            hint="choose one by --symbol and --exchange, or name a folder: each series gets a file in it",
        )
