"""Reading of a source: for each of our columns, which column of the table it is made from, of which type and unit."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

from engines.domain.decimals import SCALE, Decimals, Scale
from engines.domain.interval import Intervals
from engines.domain.mapping import Inexact
from engines.domain.tables import AMOUNTS
from engines.domain.units import TimeUnit

NANOSECONDS = ("timestamp_ns", "timestamptz_ns")
TIMESTAMPS = ("timestamptz", "timestamp", *NANOSECONDS)
INTEGERS = ("long", "int")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceColumn:
    """What one of our columns is made from.

    Attributes:
        name: Our name.
        column: Their name; empty if there is no such column.
        type: Its Iceberg type as text, a decimal as `Decimals`; empty if there is no such column.
        field_id: Its field id; None if there is no such column.
        value: The value of every trade, if there is no such column; None: null.
        buy: Lower-case words for the side buy, where they are not ours.
        sell: Lower-case words for the side sell, where they are not ours.
    """

    name: str
    column: str = ""
    type: str | Decimals = ""
    field_id: int | None = None
    value: str | None = None
    buy: tuple[str, ...] = ()
    sell: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """What the column is made from, as it is recorded: field ids do not change when a column is renamed."""
        if self.field_id is None:
            return "-" if self.value is None else f"'{quote(self.value, safe='')}'"
        spelled = f"({'|'.join(map(quote, self.buy))}:{'|'.join(map(quote, self.sell))})" if self.buy else ""
        return f"{self.field_id}{spelled}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How trades are read from a source table.

    Attributes:
        columns: What each of our columns is made from, by our name.
        scale: Scale of the candles that are made from them, which prices and quantities must fit.
        unit: Unit of the times.
        inexact: What to do with prices and quantities that are not exact.
        without_ids: Whether the trades have no ids, so that none is recognised as delivered twice.
        last_id: The highest field id that the table has given so far.
        exact_words: Whether only ``buy`` and ``sell`` as they stand here are sides, as in candles of former versions;
            now the case does not matter.
    """

    columns: Mapping[str, SourceColumn] = field(default_factory=dict)
    scale: Scale = SCALE
    unit: TimeUnit = TimeUnit.US
    inexact: Inexact = Inexact.REFUSE
    without_ids: bool = False
    last_id: int = 0
    exact_words: bool = False

    def __getitem__(self, name: str) -> SourceColumn:
        return self.columns.get(name, SourceColumn(name=name))

    @property
    def time(self) -> SourceColumn:
        """The column of times."""
        return self["timestamp"]

    @property
    def theirs(self) -> list[str]:
        """Names of the table's columns that are used, each once."""
        return list(dict.fromkeys(column.column for column in self.columns.values() if column.column))

    def stored(self, intervals: Intervals) -> Intervals:
        """Intervals of instants as numbers of the column of times."""
        most = 2**63 - 1
        return Intervals.of(
            (max(self.unit.first(r.start), -most), min(self.unit.first(r.end), most)) for r in intervals
        )

    @property
    def is_ours(self) -> bool:
        """Whether names and types are those of our own table of trades, so that nothing has to be converted."""
        return self.unit is TimeUnit.US and all(map(self._is_ours, self.columns.values()))

    def wanted(self, name: str) -> Decimals:
        """The decimal type that a price or quantity must fit."""
        return {"price": self.scale.price, "quantity": self.scale.volume}[name]

    def _is_ours(self, column: SourceColumn) -> bool:
        if column.field_id is None:
            return column.value is None
        same_name = column.column == column.name
        if column.name in AMOUNTS:
            return same_name and exactly(column.type, self.wanted(column.name))
        types = INTEGERS if column.name != "timestamp" else ("long",)
        wanted = ("string",) if column.name in ("message_id", "symbol", "exchange", "side") else types
        return same_name and column.type in wanted and not column.buy

    @property
    def has_nanoseconds(self) -> bool:
        """Whether times have parts of a microsecond, which decide the order of trades in it."""
        return self.unit is TimeUnit.NS

    @property
    def record(self) -> str:
        """The reading as it is recorded with the candles made by it, see `changed`."""
        parts = {name: column.text for name, column in sorted(self.columns.items())}
        parts |= {"unit": self.unit.value, "inexact": self.inexact.value, "last": str(self.last_id)}
        parts |= {"words": "exact" if self.exact_words else "any-case"}
        return " ".join(f"{name}={text}" for name, text in parts.items())


def exactly(type_: str | Decimals, wanted: Decimals) -> bool:
    """Whether every value of a type of prices and quantities is exactly one of a decimal type."""
    return isinstance(type_, Decimals) and wanted.holds(type_)


def recorded_words(record: str) -> bool:
    """Whether candles with this record (empty: of a former version) take only the exact words as sides."""
    return not record or _parsed(record).get("words") == "exact"


def changed(record: str, reading: Reading) -> str:
    """What makes candles by a recorded reading differ from those by another; empty if nothing does.

    A column that the table has added since has no values in the trades before it, so it changes none of their candles.
    A former version recorded nothing; its candles are adopted.
    """
    if not record:
        return ""
    before, now = _parsed(record), _parsed(reading.record)
    last = int(before.get("last", "0"))
    for name in sorted(reading.columns):
        old, new = before.get(name, "-"), now[name]
        came = old == "-" and new.isdigit() and int(new) > last
        if old != new and not came:
            return f"{name} is made from {_told(new, reading, name)} now, from {_told(old, reading, name)} before"
    if before.get("unit") != now["unit"]:
        return f"times are read as {reading.unit.words} now"
    if before.get("inexact") not in (Inexact.REFUSE.value, now["inexact"]):
        return f"trades.inexact is {now['inexact']} now, {before.get('inexact')} before"
    return ""


def _parsed(record: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in record.split(" "))


def _told(text: str, reading: Reading, name: str) -> str:
    if text == "-":
        return "no column"
    if text.startswith("'"):
        return f"the constant {unquote(text)}"
    column = reading[name]
    return f"column {column.column}" if text == column.text and column.column else f"the column with field id {text}"
