"""A first look at a table of trades: which columns, which unit, which layout."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Literal

from k2cli.trades.archives import Compression, Member
from k2cli.trades.csv_file import SAMPLE, CsvFile, csv_file
from k2cli.trades.errors import LayoutMismatch
from k2cli.trades.identity import Identity, zero_is_id
from k2cli.trades.layouts import SHAPES, Layout
from k2cli.trades.parquet_file import MAGIC, ParquetFile, parquet_file
from k2cli.trades.parsing import Terms
from k2cli.trades.timestamps import Unit, detect, micros


@dataclass(frozen=True, slots=True)
class Request:
    """The user's choices: the arguments of `read_trades`."""

    layout: Layout
    exchange: str | None
    symbol: str | None
    now: int
    timestamp_unit: Unit | None
    price_shift: int
    quantity_shift: int


@dataclass(frozen=True, slots=True)
class Detected:
    """What was found out about a file, or about a member of an archive.

    Attributes:
        file: The path, or ``path!member``.
        layout: The layout; ``k2`` for a Parquet file that has its names, whatever was asked for.
        format: How the rows are written.
        compression: How the file is packed.
        header: Whether the first line names the columns.
        timestamp_unit: The unit of most times in the first MiB (Parquet: 10,000 rows). Binance's files may
            change it further on, which is read rightly.
        newest_first: Whether its rows run from the newest to the oldest.
    """

    file: str
    layout: Layout
    format: Literal["csv", "parquet"]
    compression: Compression
    header: bool
    timestamp_unit: Unit
    newest_first: bool


@dataclass(frozen=True, slots=True)
class Table:
    """A table of trades, ready to be read.

    Attributes:
        file: Gives its rows.
        terms: What its rows do not say themselves.
        detected: What was found out about it.
    """

    file: CsvFile | ParquetFile
    terms: Terms
    detected: Detected


def inspect(member: Member, request: Request) -> Table:
    """Detect layout, unit, columns and direction from the start of a file or member.

    Raises:
        TradeFileError: If it cannot be read, is no table of trades, or not in the layout.
    """
    with member.open() as stream:
        is_parquet = stream.read(len(MAGIC)) == MAGIC
    file: CsvFile | ParquetFile
    if is_parquet:
        file, layout = parquet_file(member, request.layout)
    else:
        file, layout = csv_file(member, request.layout), request.layout
    columns = file.placement.needed
    for column, name in (("exchange", request.exchange), ("symbol", request.symbol)):
        if column not in columns and name is None:
            raise LayoutMismatch(f"{member.name}: no column {column}", hint=f"give --{column}")
    shape = SHAPES[layout]
    unit = request.timestamp_unit or detect(file.sample.frame["timestamp"], shape.units)
    units = shape.units if shape.mixed and request.timestamp_unit is None else (unit,)
    newest_first = _runs_backwards(file, units)
    detected = Detected(
        file=member.name,
        layout=layout,
        format="parquet" if is_parquet else "csv",
        compression=member.compression,
        header=file.placement.header,
        timestamp_unit=unit,
        newest_first=newest_first,
    )
    terms = Terms(
        file=member.name,
        exchange=request.exchange,
        symbol=request.symbol,
        price_shift=request.price_shift,
        quantity_shift=request.quantity_shift,
        units=units,
        now=request.now,
        identity=Identity(
            zero_is_id="trade_id" not in columns or zero_is_id(file.sample.frame["trade_id"]),
            last_line=cache(file.last_line) if newest_first else None,
        ),
    )
    return Table(file, terms, detected)


def _runs_backwards(file: CsvFile | ParquetFile, units: Sequence[Unit]) -> bool:
    """Whether times mostly fall from row to row; the first rows between which they change decide."""
    for rows in chain([file.sample], file.rows(SAMPLE)):
        steps = micros(rows.frame["timestamp"], units).values.drop_nulls().diff()
        later, earlier = int((steps > 0).sum()), int((steps < 0).sum())
        if later or earlier:
            return earlier > later
    return False
