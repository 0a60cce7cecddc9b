"""JSON lines: an object or a list in each line of a text."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import polars as pl

from k2cli.trades.files import Member, line_count
from k2cli.trades.formats.json_values import BROKEN_JSON, DUPLICATE_KEYS, NESTED_VALUE, NOT_A_ROW
from k2cli.trades.formats.text_blocks import TextBlock, blocks
from k2cli.trades.layouts import Head, Placement
from k2cli.trades.rejects import WRONG_NUMBER_OF_FIELDS, Reject
from k2cli.trades.rows import TextRows, no_rows

_MISSING = msgspec.Raw(b"")
_SPACES = b" \t\r\n"


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
        with self.member.open() as stream:
            for block in blocks(stream, size):
                yield _rows_of(block, reader, stream.position)

    def last_line(self) -> int:
        """The number of the last line."""
        with self.member.open() as stream:
            return line_count(stream)


def line_rows(member: Member, head: Head, placement: Placement, start: TextBlock | None) -> LineRows:
    """The rows that begin at a head; `start` is the file's first block."""
    reader = _reader(head, placement)
    sample = no_rows(placement.needed) if start is None else _rows_of(start, reader, 0)
    return LineRows(member, head, placement, sample)


@dataclass(frozen=True, slots=True)
class _Objects:
    """Reads objects.

    Attributes:
        columns: Our names of columns, and the keys that lead to their values: one, or two for an object in a row.
    """

    columns: tuple[tuple[str, tuple[str, ...]], ...]
    opening = b"{"
    closing = b"}"

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of a row that are read."""
        return tuple(dict.fromkeys(keys[0] for _, keys in self.columns))

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
    keys: tuple[str, ...] = ()
    opening = b"["
    closing = b"]"

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
        lacks: Whether the key is missing in a row.
    """

    values: pl.Series
    nested: pl.Series
    lacks: bool = False


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


def _rows_of(block: TextBlock, reader: _Objects | _Lists, bytes_read: int) -> TextRows:
    decoded, lines, faults = _decoded(block, reader)
    columns = reader.texts(decoded)
    frame = pl.DataFrame({name: column.values for name, column in columns.items()})
    frame = frame.with_columns(pl.all().str.strip_chars(), _line=lines)
    nested = pl.select(pl.any_horizontal([column.nested for column in columns.values()])).to_series()
    spoilt = frame.filter(nested)["_line"]
    faults |= dict.fromkeys(spoilt, NESTED_VALUE)
    if not all(block.data.count(_quoted(key)) == frame.height for key in reader.keys) or any(
        column.lacks for column in columns.values()
    ):
        faults |= dict.fromkeys(_duplicated(block, reader.keys), DUPLICATE_KEYS)
    frame = frame.filter(~pl.col("_line").is_in(list(faults))) if faults else frame
    rejects = tuple(Reject(block.file, line, fault, block.text(line)) for line, fault in sorted(faults.items()))
    return TextRows(frame.drop("_line"), frame["_line"], block.text, rejects, bytes_read)


def _decoded(block: TextBlock, reader: _Objects | _Lists) -> tuple[Sequence[Any], pl.Series, dict[int, str]]:
    """The rows, their lines, and the reasons why other lines are none."""
    decoder = reader.decoder()
    height = block.data.count(b"\n") + (not block.data.endswith(b"\n"))
    between = reader.closing + b"\n" + reader.opening
    # Then the lines end where the rows do: in one row no closing bracket is followed by an opening one.
    if block.data.count(between) == height - 1:
        try:
            rows = decoder.decode_lines(block.data)
        except (msgspec.DecodeError, RecursionError):
            rows = []
        if len(rows) == height and all(map(reader.fits, rows)):
            return rows, pl.int_range(block.line, block.line + height, eager=True), {}
    return _decoded_alone(block, reader, decoder)


def _decoded_alone(
    block: TextBlock, reader: _Objects | _Lists, decoder: "msgspec.json.Decoder[Any]"
) -> tuple[Sequence[Any], pl.Series, dict[int, str]]:
    rows: list[Any] = []
    lines: list[int] = []
    faults: dict[int, str] = {}
    for line, text in enumerate(block.lines, block.line):
        if not text.strip(_SPACES):
            continue
        try:
            row = decoder.decode(text)
        except msgspec.ValidationError:
            faults[line] = NOT_A_ROW
        except (msgspec.DecodeError, RecursionError):
            faults[line] = BROKEN_JSON
        else:
            if reader.fits(row):
                rows.append(row)
                lines.append(line)
            else:
                faults[line] = WRONG_NUMBER_OF_FIELDS
    return rows, pl.Series(lines, dtype=pl.Int64), faults


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
    return _Texts(texts, nested, bool((written == "").any()))


def _unescaped(quoted: str) -> str:
    """A text of JSON; half of a surrogate pair, which is no character, becomes a question mark."""
    return str(json.loads(quoted)).encode(errors="replace").decode()


def _inner(raws: Sequence[msgspec.Raw], key: str) -> list[msgspec.Raw]:
    """A value of an object in each row; where there is no object it is missing."""
    decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(_struct([key]))
    return [decoder.decode(raw).f0 if bytes(raw).startswith(b"{") else _MISSING for raw in raws]


def _quoted(key: str) -> bytes:
    return json.dumps(key, ensure_ascii=False).encode()


def _duplicated(block: TextBlock, keys: Sequence[str]) -> Iterator[int]:
    """Lines in which a key is there twice: readers of JSON differ in which of the values counts."""
    lines = pl.Series(block.lines).cast(pl.String)
    counted = (lines.str.count_matches(_quoted(key).decode(), literal=True) > 1 for key in keys)
    suspect = pl.select(pl.any_horizontal(list(counted))).to_series().arg_true() if keys else ()
    for index in suspect:
        twice: set[str] = set()

        def once(pairs: list[tuple[str, Any]], twice: set[str] = twice) -> dict[str, Any]:
            names = [name for name, _ in pairs]
            twice.update(name for name in names if names.count(name) > 1)
            return dict(pairs)

        try:
            json.loads(block.lines[index], object_pairs_hook=once)
        except (ValueError, RecursionError):
            continue  # said already
        if twice.intersection(keys):
            yield block.line + index
