"""JSON lines: an object or a list in each line of a text."""

import json
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import polars as pl
import pyarrow as pa
from pyarrow import compute

from k2cli.trades.files import Member, line_count
from k2cli.trades.formats.json_shapes import Path, Shapes
from k2cli.trades.formats.json_values import BROKEN_JSON, DUPLICATE_KEYS, NESTED_VALUE, NOT_A_ROW
from k2cli.trades.formats.text_blocks import TextBlock, blocks
from k2cli.trades.layouts import Head, Placement
from k2cli.trades.rejects import WRONG_NUMBER_OF_FIELDS, Reject
from k2cli.trades.rows import TextRows, no_rows

_MISSING = msgspec.Raw(b"")
_SPACES = " \t\r\n"


@dataclass(frozen=True, slots=True)
class LineRows:
    """The rows of a file of JSON lines.

    Attributes:
        member: Where it lies.
        head: How its rows begin.
        placement: Which field is which.
        sample: The first rows.
    """

    member: Member
    head: Head
    placement: Placement
    sample: TextRows

    def rows(self, size: int) -> Iterator[TextRows]:
        """All rows, in runs of about `size` bytes of text."""
        reader = _reader(self.head, self.placement)
        shapes = Shapes(dict(reader.paths), reader.fits)
        with self.member.open() as stream:
            for block in blocks(stream, size):
                yield _rows_of(block, reader, shapes, stream.position)

    def last_line(self) -> int:
        """The number of the last line."""
        with self.member.open() as stream:
            return line_count(stream)


def line_rows(member: Member, head: Head, placement: Placement, start: TextBlock | None) -> LineRows:
    """The rows that begin at a head; `start` is the file's first block."""
    reader = _reader(head, placement)
    shapes = Shapes(dict(reader.paths), reader.fits)
    sample = no_rows(placement.needed) if start is None else _rows_of(start, reader, shapes, 0)
    return LineRows(member, head, placement, sample)


@dataclass(frozen=True, slots=True)
class _Objects:
    """Reads objects.

    Attributes:
        columns: Our names of columns, and the keys that lead to their values: one, or two for an object in a row.
    """

    columns: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def paths(self) -> Iterator[tuple[Path, str]]:
        """What leads to the values, and the columns they belong to."""
        return ((keys, name) for name, keys in self.columns)

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of a row that are read."""
        return tuple(dict.fromkeys(keys[0] for _, keys in self.columns))

    @property
    def names(self) -> frozenset[str]:
        """All keys that lead to a value."""
        return frozenset(key for _, keys in self.columns for key in keys)

    def decoder(self) -> "msgspec.json.Decoder[Any]":
        """Reads the wanted values of one row, as they are written."""
        return msgspec.json.Decoder(_struct(self.keys))

    def fits(self, row: object) -> bool:  # noqa: ARG002 - whatever is an object is one
        """Whether a row has as many fields as it should."""
        return True

    def texts(self, rows: Sequence[Any]) -> dict[str, "_Texts"]:
        """The columns."""
        outer = {key: [getattr(row, f"f{place}") for row in rows] for place, key in enumerate(self.keys)}
        return {
            name: _texts(outer[keys[0]] if len(keys) == 1 else _inner(outer[keys[0]], keys[1]))
            for name, keys in self.columns
        }


@dataclass(frozen=True, slots=True)
class _Lists:
    """Reads lists.

    Attributes:
        columns: Our names of columns, and their places.
        width: Number of fields.
    """

    columns: tuple[tuple[str, int], ...]
    width: int
    names: frozenset[str] = frozenset()

    @property
    def paths(self) -> Iterator[tuple[Path, str]]:
        """What leads to the values, and the columns they belong to."""
        return (((place,), name) for name, place in self.columns)

    def decoder(self) -> "msgspec.json.Decoder[Any]":
        """Reads the values of one row, as they are written."""
        return msgspec.json.Decoder(list[msgspec.Raw])

    def fits(self, row: Sequence[object]) -> bool:
        """Whether a row has as many fields as it should."""
        return len(row) == self.width

    def texts(self, rows: Sequence[Any]) -> dict[str, "_Texts"]:
        """The columns."""
        return {name: _texts([row[place] for row in rows]) for name, place in self.columns}


@dataclass(frozen=True, slots=True)
class _Texts:
    """A column of texts.

    Attributes:
        values: The texts.
        nested: Which of them are objects or lists, and so none.
    """

    values: pl.Series
    nested: pl.Series


def _reader(head: Head, placement: Placement) -> _Objects | _Lists:
    if not head.names:
        places = tuple((column, place) for place, column in enumerate(placement.columns) if column)
        return _Lists(places, head.width)
    named = zip(placement.columns, head.names, strict=True)
    return _Objects(tuple((column, tuple(name.split(".", 1))) for column, name in named if column))


def _struct(keys: Sequence[str]) -> type:
    fields = [(f"f{place}", msgspec.Raw, msgspec.field(default=_MISSING, name=key)) for place, key in enumerate(keys)]
    row: type = msgspec.defstruct("Row", fields, gc=False)
    return row


def _rows_of(block: TextBlock, reader: _Objects | _Lists, shapes: Shapes, bytes_read: int) -> TextRows:
    frame, others = shapes.rows(_numbered(block))
    rejects: tuple[Reject, ...] = ()
    if not others.is_empty():
        alone, faults = _read_alone(others, reader)
        frame = pl.concat([frame, alone.select(frame.columns)]).sort("line")
        rejects = tuple(Reject(block.file, line, fault, block.text(line)) for line, fault in sorted(faults.items()))
    frame = frame.with_columns(pl.exclude("line").str.strip_chars())
    return TextRows(frame.drop("line"), frame["line"], block.text, rejects, bytes_read)


def _numbered(block: TextBlock) -> pl.DataFrame:
    """The lines of a block, with their numbers."""
    whole = pa.array([block.data.removesuffix(b"\n").decode()], pa.large_string())
    lines = pl.Series("text", pl.from_arrow(compute.split_pattern(whole, "\n").flatten()))
    return lines.to_frame().with_columns(line=pl.int_range(block.line, block.line + pl.len()))


def _read_alone(lines: pl.DataFrame, reader: _Objects | _Lists) -> tuple[pl.DataFrame, dict[int, str]]:
    """The rows of lines that are read one by one, and the reasons why others are none."""
    rows, numbers, faults = _decoded(lines, reader)
    columns = reader.texts(rows)
    frame = pl.DataFrame({name: column.values for name, column in columns.items()}).with_columns(line=numbers)
    nested = pl.select(pl.any_horizontal([column.nested for column in columns.values()])).to_series()
    faults |= dict.fromkeys(frame.filter(nested)["line"], NESTED_VALUE)
    return frame.filter(~pl.col("line").is_in(list(faults))) if faults else frame, faults


def _decoded(lines: pl.DataFrame, reader: _Objects | _Lists) -> tuple[Sequence[Any], pl.Series, dict[int, str]]:
    decoder = reader.decoder()
    rows: list[Any] = []
    numbers: list[int] = []
    faults: dict[int, str] = {}
    for text, line in lines.select("text", "line").iter_rows():
        if not text.strip(_SPACES):
            continue
        try:
            row = decoder.decode(text)
            fault = _fault(text, row, reader)
        except msgspec.ValidationError:
            fault = NOT_A_ROW
        except (msgspec.DecodeError, RecursionError):
            fault = BROKEN_JSON
        if fault:
            faults[line] = fault
        else:
            rows.append(row)
            numbers.append(line)
    return rows, pl.Series(numbers, dtype=pl.Int64), faults


def _fault(text: str, row: Any, reader: _Objects | _Lists) -> str:  # noqa: ANN401 - a struct or a list
    if not reader.fits(row):
        return WRONG_NUMBER_OF_FIELDS
    return DUPLICATE_KEYS if _has_twice(text, reader.names) else ""


def _texts(raws: Sequence[msgspec.Raw]) -> _Texts:
    """Values as they are written, without quotes; null for null, for what is missing, and for objects and lists."""
    if not raws:
        return _Texts(pl.Series([], dtype=pl.String), pl.Series([], dtype=pl.Boolean))
    # No value in a line has a line's end in it.
    written = pl.Series([b"\n".join(raws).decode()]).str.split("\n").explode()
    quoted = written.str.starts_with('"')
    nested = written.str.contains(r"^[\[{]")
    texts = written.set(nested | (written == "null") | (written == ""), None)
    if quoted.any():
        bare = texts.str.strip_prefix('"').str.strip_suffix('"')
        texts = pl.select(pl.when(quoted).then(bare).otherwise(texts)).to_series()
        escaped = (quoted & written.str.contains("\\", literal=True)).arg_true()
        if len(escaped):
            plain = [_unescaped(text) for text in written.gather(escaped)]
            texts = texts.scatter(escaped, pl.Series(plain, dtype=pl.String))
    return _Texts(texts, nested)


def _unescaped(quoted: str) -> str:
    """A text of JSON; half of a surrogate pair, which is no character, becomes a question mark."""
    return str(json.loads(quoted)).encode(errors="replace").decode()


def _inner(raws: Sequence[msgspec.Raw], key: str) -> list[msgspec.Raw]:
    """A value of an object in each row; where there is no object it is missing."""
    decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(_struct([key]))
    return [decoder.decode(raw).f0 if bytes(raw).startswith(b"{") else _MISSING for raw in raws]


def _has_twice(line: str, names: Collection[str]) -> bool:
    """Whether an object in a line has one of these keys twice: readers of JSON differ in which of the values counts."""
    if "\\" not in line and all(line.count(f'"{name}"') < 2 for name in names):
        return False
    twice: set[str] = set()

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        twice.update(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
        return dict(pairs)

    json.loads(line, object_pairs_hook=once, parse_int=str, parse_float=str)
    return not twice.isdisjoint(names)
