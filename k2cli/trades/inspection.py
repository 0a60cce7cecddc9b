"""A first look at a table of trades: which columns, which unit, which layout."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain
from typing import Literal

from k2cli.trades.archives import Compression, Member
from k2cli.trades.csv_file import SAMPLE, CsvFile, csv_file
from k2cli.trades.errors import LayoutMismatch
from k2cli.trades.identity import Identity, zero_is_id
from k2cli.trades.layouts import SHAPES, Layout
from k2cli.trades.names import counts_contracts, symbol_of
from k2cli.trades.parquet_file import MAGIC, ParquetFile, parquet_file
from k2cli.trades.parsing import Terms
from k2cli.trades.placement import Placement
from k2cli.trades.rows import TextRows
from k2cli.trades.sides import negative
from k2cli.trades.timestamps import UNITS, Unit, detect, micros
from k2cli.trades.written_times import zoneless


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
        timestamp_unit: The unit of most times in the first MiB (Parquet: 10,000 rows), ``text`` where they are written
            out, nothing where there are none. A file may change it further on, which is read rightly.
        zoneless: Whether times are written without a zone, and so taken for UTC.
        exchange: The exchange of the rows that name none; None: each row names its own.
        symbol: The symbol, likewise.
        newest_first: Whether its rows run from the newest to the oldest.
    """

    file: str
    layout: Layout
    format: Literal["csv", "parquet"]
    compression: Compression
    header: bool
    timestamp_unit: Unit | Literal["text", ""]
    zoneless: bool
    exchange: str | None
    symbol: str | None
    newest_first: bool


@dataclass(frozen=True, slots=True)
class Nothing:
    """A file, or a member of an archive, in which there is nothing."""

    def rows(self, size: int) -> Iterator[TextRows]:  # noqa: ARG002 - as the other files
        """No rows."""
        return iter(())


@dataclass(frozen=True, slots=True)
class Table:
    """A table of trades, ready to be read.

    Attributes:
        file: Gives its rows.
        terms: What its rows do not say themselves.
        detected: What was found out about it.
    """

    file: CsvFile | ParquetFile | Nothing
    terms: Terms
    detected: Detected


def inspect(member: Member, request: Request) -> Table:
    """Detect layout, unit, columns and direction from the start of a file or member.

    Raises:
        TradeFileError: If it cannot be read, is no table of trades, or not in the layout.
    """
    with member.open() as stream:
        is_parquet = stream.read(len(MAGIC)) == MAGIC
    symbol = symbol_of(member, request.layout, request.symbol)
    contracts = counts_contracts(request.layout, symbol)
    request = replace(request, exchange=request.exchange or SHAPES[request.layout].exchange, symbol=symbol)
    file: CsvFile | ParquetFile | None
    if is_parquet:
        file, layout = parquet_file(member, request.layout)
    else:
        file, layout = csv_file(member, request.layout, contracts=contracts), request.layout
    if file is None:
        return _nothing(member, request)
    _check_names(member.name, file.placement, request)
    if contracts and not file.placement.in_coins:
        raise LayoutMismatch(
            f"{member.name}: quantities of {symbol} are contracts, and the file does not say how many coins they are",
            hint="import its file of single trades, which has a column base_qty",
        )
    shape, times = SHAPES[layout], file.sample.frame["timestamp"]
    units = shape.units if request.timestamp_unit is None else (request.timestamp_unit,)
    detected = Detected(
        file=member.name,
        layout=layout,
        format="parquet" if is_parquet else "csv",
        compression=member.compression,
        header=file.placement.header,
        timestamp_unit=detect(times, units),
        zoneless=zoneless(times),
        exchange=request.exchange,
        symbol=request.symbol,
        newest_first=_runs_backwards(file, units),
    )
    return Table(file, _terms(file, request, detected, units), detected)


def _nothing(member: Member, request: Request) -> Table:
    detected = Detected(
        file=member.name,
        layout=request.layout,
        format="csv",
        compression=member.compression,
        header=False,
        timestamp_unit="",
        zoneless=False,
        exchange=request.exchange,
        symbol=request.symbol,
        newest_first=False,
    )
    return Table(Nothing(), _terms(None, request, detected, UNITS), detected)


def _check_names(file: str, placement: Placement, request: Request) -> None:
    for column, name in (("exchange", request.exchange), ("symbol", request.symbol)):
        if column not in placement.needed and name is None:
            raise LayoutMismatch(
                f"{file}: no column {column}, and the file's name does not tell it", hint=f"give --{column}"
            )


def _terms(file: CsvFile | ParquetFile | None, request: Request, detected: Detected, units: Sequence[Unit]) -> Terms:
    sample = None if file is None else file.sample.frame
    ids = None if sample is None else sample.get_column("trade_id", default=None)
    signed = None
    if sample is not None and SHAPES[detected.layout].signed:
        signed = bool(negative(sample["quantity"]).any())
    return Terms(
        file=detected.file,
        exchange=request.exchange,
        symbol=request.symbol,
        price_shift=request.price_shift,
        quantity_shift=request.quantity_shift,
        units=units,
        now=request.now,
        signed=signed,
        identity=Identity(
            zero_is_id=ids is None or zero_is_id(ids),
            aggregates=SHAPES[detected.layout].aggregates,
            last_line=cache(file.last_line) if file is not None and detected.newest_first else None,
        ),
    )


def _runs_backwards(file: CsvFile | ParquetFile, units: Sequence[Unit]) -> bool:
    """Whether times mostly fall from row to row; the first rows between which they change decide."""
    for rows in chain([file.sample], file.rows(SAMPLE)):
        steps = micros(rows.frame["timestamp"], units).values.drop_nulls().diff()
        later, earlier = int((steps > 0).sum()), int((steps < 0).sum())
        if later or earlier:
            return earlier > later
    return False
