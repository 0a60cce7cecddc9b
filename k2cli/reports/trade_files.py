"""The reports of `trades inspect FILE`: how files are read, and what they hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from k2cli.reports.base import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTrades:
    """What the table of trades has of a series in the time of a file.

    Attributes:
        series: Exchange and symbol in a text.
        trades: Number of trades, of which those that were delivered twice count twice.
        first: Time of the earliest one; None if there is none.
        last: Time of the latest one.
    """

    series: str
    trades: int
    first: datetime | None = None
    last: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IdGap:
    """Ids that are not there, between others of their series.

    Attributes:
        series: Exchange and symbol in a text.
        first: The first of them.
        last: The last of them.
    """

    series: str
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectedFile:
    """A file of trades, or a member of an archive.

    Attributes:
        file: Path of the file as it was given; for such a member ``path!member``.
        layout: Name of its layout.
        about: What files are laid out so.
        documentation: Address of the page that describes them.
        format: How its rows are written: csv, json, json-lines, parquet or feather.
        compression: How the file is packed.
        delimiter: What separates fields; empty in other formats than csv.
        header: Whether its columns have names.
        unit: Unit of its times: s, ms, us, ns, or text; empty if it has none.
        times_without_zone: Whether times are written without a zone, and so are taken for UTC.
        newest_first: Whether its rows run from the newest to the oldest.
        symbol_from: Where the symbol comes from: a column, the name of the file, ``--symbol``, or a text
            beside the rows.
        ids: What the ids are: ``trade``, ``aggregate``, or ``none``, where they are made from the rows.
        missing_ids: Number of ids that are not there between the first and the last of a series; None where ids are not
            consecutive.
        gaps: The first of the gaps that they leave.
        rows_read: Number of its rows.
        trades: Number of those that are trades.
        rejected: Number of the others, by reason.
        left_out: Number of rejected rows that may well be trades: an import stops there.
        contracts_hint: What to do about rows that count contracts of a size that is not known; empty if there are none.
        sides_unknown: Number of trades whose side it should tell, and does not.
        rounded: Number of trades whose quantity, in the quote currency, was divided by the price and rounded.
        doubles: Number of prices and quantities that are doubles, each read as the decimal that it was printed as.
        first: Time of the earliest trade.
        last: Time of the latest one.
        series: Number of trades by exchange and symbol, in a text: ``binance BTCUSDT``.
        price_places: Decimal places that its prices need.
        quantity_places: Decimal places that its quantities need.
        there: What the table of trades has in its time, by series, of at most three; None if there is no table.
        imported_by: Identity of the run that has imported it already; empty if none has.
        shown: Its first trades, as they would be stored.
        rejects: The first rows that are rejected: line, reason and text.
    """

    file: str
    layout: str
    about: str = ""
    documentation: str = ""
    format: str
    compression: str
    delimiter: str = ""
    header: bool
    unit: str = ""
    times_without_zone: bool = False
    newest_first: bool = False
    symbol_from: str = ""
    ids: str = ""
    missing_ids: int | None = None
    gaps: tuple[IdGap, ...] = ()
    rows_read: int
    trades: int
    rejected: Mapping[str, int]
    left_out: int = 0
    contracts_hint: str = ""
    sides_unknown: int = 0
    rounded: int = 0
    doubles: int = 0
    first: datetime | None = None
    last: datetime | None = None
    series: Mapping[str, int]
    price_places: int = 0
    quantity_places: int = 0
    there: tuple[StoredTrades, ...] | None = None
    imported_by: str = ""
    shown: tuple[Mapping[str, object], ...] = ()
    rejects: tuple[Mapping[str, object], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectFilesReport(Report):
    """The result of `trades inspect FILE...`.

    Attributes:
        files: The files that were given, and the members of archives.
        aside: Files that are not read, and why.
        line: The command line that imports them.
    """

    command = "trades inspect"

    files: tuple[InspectedFile, ...]
    aside: Mapping[str, str]
    line: str

    @property
    def rows(self) -> tuple[InspectedFile, ...]:
        """One row per file."""
        return self.files


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutTemplateReport(Report):
    """The result of `trades inspect FILE --layout-template`: a layout to start from.

    Attributes:
        file: Path of the file.
        text: The layout, as TOML.
    """

    command = "trades inspect"

    file: str
    text: str

    @property
    def rows(self) -> tuple["LayoutTemplateReport", ...]:
        """The report itself as the only row."""
        return (self,)
