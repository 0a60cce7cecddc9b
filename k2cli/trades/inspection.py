"""A first look at a table of trades: which layout, which unit, whose trades."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Literal

from k2cli.trades.detection import Fit, detect, fitting
from k2cli.trades.errors import LayoutMismatch
from k2cli.trades.files import Compression, Member
from k2cli.trades.formats import SAMPLE, CsvContent, Format, Rows
from k2cli.trades.identity import Identity, zero_is_id
from k2cli.trades.layouts import Layout, Placement
from k2cli.trades.names import Series, series_of
from k2cli.trades.parsing import Terms
from k2cli.trades.rows import TextRows
from k2cli.trades.sides import negative
from k2cli.trades.timestamps import UNITS, Unit, micros
from k2cli.trades.timestamps import detect as detect_unit
from k2cli.trades.within import told_within
from k2cli.trades.written_times import zoneless


@dataclass(frozen=True, slots=True)
class Request:
    """The user's choices: the arguments of `read_trades`; more than one layout means that it is detected."""

    layouts: tuple[Layout, ...]
    given: Series
    now: int
    timestamp_unit: Unit | None
    price_shift: int
    quantity_shift: int


@dataclass(frozen=True, slots=True)
class Detected:
    """What was found out about a file, or about a member of an archive.

    Attributes:
        file: The path, or ``path!member``.
        layout: Name of the layout; empty where nothing is in the file, and none was named.
        format: How the rows are written.
        compression: How the file is packed.
        header: Whether the first line names the columns.
        timestamp_unit: The unit of most times in the first MiB (Parquet: 10,000 rows), ``text`` where they are written
            out, nothing where there are none. A file may change it further on, which is read rightly.
        zoneless: Whether times are written without a zone, and so taken for UTC.
        exchange: The exchange of the rows that name none; None: each row names its own.
        symbol: The symbol, likewise.
        newest_first: Whether its rows run from the newest to the oldest.
        delimiter: What separates fields in csv; empty elsewhere.
        symbol_from: Where the symbol comes from, in words.
        ids: What the ids stand for; ``none`` where they are made from the rows.
    """

    file: str
    layout: str
    format: Format
    compression: Compression
    header: bool
    timestamp_unit: Unit | Literal["text", ""]
    zoneless: bool
    exchange: str | None
    symbol: str | None
    newest_first: bool
    delimiter: str = ""
    symbol_from: str = ""
    ids: Literal["trade", "aggregate", "none"] = "none"


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

    file: Rows | Nothing
    terms: Terms
    detected: Detected

    @property
    def in_coins(self) -> bool:
        """Whether a column of its tells coins, beside one in another unit."""
        return not isinstance(self.file, Nothing) and self.file.placement.in_coins


def inspect(member: Member, request: Request) -> Table:
    """Look at the start of a file or member: layout, columns, unit, direction.

    Raises:
        TradeFileError: If it cannot be read, is no table of trades, or in no layout that was allowed.
    """
    fit = _fit(member, request)
    if fit is None:
        return _nothing(member, request)
    layout = fit.layout
    within = told_within(member, layout, fit.head)
    series = series_of(member, layout, request.given, within)
    _check_series(member.name, fit, series)
    file = fit.content.rows(fit.head, fit.placement)
    units = layout.time.units if request.timestamp_unit is None else (request.timestamp_unit,)
    times = file.sample.frame["timestamp"]
    detected = Detected(
        file=member.name,
        layout=layout.name,
        format=fit.content.format,
        compression=member.compression,
        header=fit.placement.header,
        timestamp_unit=detect_unit(times, units),
        zoneless=zoneless(times),
        exchange=series.exchange,
        symbol=series.symbol,
        newest_first=_runs_backwards(file, units),
        delimiter=fit.content.dialect.delimiter if isinstance(fit.content, CsvContent) else "",
        symbol_from=_symbol_from(fit.placement, request.given, within),
        ids=layout.id.kind if "trade_id" in fit.placement.needed else "none",
    )
    return Table(file, _terms(file, layout, request, detected, units), detected)


def _fit(member: Member, request: Request) -> Fit | None:
    if len(request.layouts) > 1:
        return detect(member, request.layouts, request.given)
    return fitting(member, request.layouts[0], request.given)


def _nothing(member: Member, request: Request) -> Table:
    layout = request.layouts[0]
    known = len(request.layouts) == 1
    series = series_of(member, layout, request.given, {}) if known else request.given
    detected = Detected(
        file=member.name,
        layout=layout.name if known else "",
        format="csv",
        compression=member.compression,
        header=False,
        timestamp_unit="",
        zoneless=False,
        exchange=series.exchange,
        symbol=series.symbol,
        newest_first=False,
    )
    return Table(Nothing(), _terms(None, layout, request, detected, UNITS), detected)


def _check_series(file: str, fit: Fit, series: Series) -> None:
    """Whether it is known whose trades these are, and how many coins."""
    layout, needed = fit.layout, fit.placement.needed
    if "exchange" not in needed and series.exchange is None:
        named = f": {' or '.join(layout.exchanges)}" if layout.exchanges else ""
        told = f"; {layout.exchanges_hint}" if layout.exchanges_hint else ""
        raise LayoutMismatch(
            f"{file}: files of layout {layout.name} do not name their exchange",
            hint=f"give --exchange, as ccxt calls it{named}{told}",
        )
    if "symbol" not in needed and series.symbol is None:
        raise LayoutMismatch(f"{file}: no column symbol, and the file's name does not tell it", hint="give --symbol")
    one = {"exchange", "symbol"}.isdisjoint(needed)
    if one and layout.quantity.worth(series.exchange, series.symbol) is None and not fit.placement.in_coins:
        raise LayoutMismatch(
            f"{file}: quantities of {series.symbol} are contracts, and the file does not say how many coins they are",
            hint=layout.quantity.contracts_hint,
        )


def _terms(file: Rows | None, layout: Layout, request: Request, detected: Detected, units: Sequence[Unit]) -> Terms:
    sample = None if file is None else file.sample.frame
    ids = None if sample is None else sample.get_column("trade_id", default=None)
    signed = None
    if sample is not None and layout.quantity.signed:
        signed = bool(negative(sample["quantity"]).any())
    return Terms(
        file=detected.file,
        exchange=detected.exchange,
        symbol=detected.symbol,
        price_shift=request.price_shift,
        quantity_shift=request.quantity_shift,
        units=units,
        now=request.now,
        layout=layout,
        in_coins=file is not None and _in_coins(file.placement, layout, Series(detected.exchange, detected.symbol)),
        signed=signed,
        identity=Identity(
            zero_is_id=ids is None or zero_is_id(ids),
            aggregates=layout.aggregates,
            aggregate_exchanges=layout.id.aggregate_exchanges,
            last_line=cache(file.last_line) if file is not None and detected.newest_first else None,
        ),
    )


def _symbol_from(placement: Placement, given: Series, within: Mapping[str, str]) -> str:
    if "symbol" in placement.needed:
        return "a column"
    if given.symbol is not None:
        return "--symbol"
    return "a text beside the rows" if "symbol" in within else "the name of the file"


def _in_coins(placement: Placement, layout: Layout, series: Series) -> bool:
    """Whether each quantity is a number of coins, by its column, or by what is known of its series."""
    if placement.in_coins or layout.quantity.coins_only:
        return True
    rows_name_theirs = not {"exchange", "symbol"}.isdisjoint(placement.needed)
    terms, names = layout.quantity, (series.exchange, series.symbol)
    return not rows_name_theirs and terms.worth(*names) == 1 and not terms.is_inverse(*names)


def _runs_backwards(file: Rows, units: Sequence[Unit]) -> bool:
    """Whether times mostly fall from row to row; the first rows between which they change decide."""
    for rows in chain([file.sample], file.rows(SAMPLE)):
        steps = micros(rows.frame["timestamp"], units).values.drop_nulls().diff()
        later, earlier = int((steps > 0).sum()), int((steps < 0).sum())
        if later or earlier:
            return earlier > later
    return False
