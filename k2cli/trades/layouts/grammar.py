"""The grammar of a layout: how files of trades are written down, as TOML. Ours and the users' are read alike.

```toml
about = "Bybit: trades of contracts"
documentation = "https://..."
exchange = "bybit"                # as ccxt calls it; or exchanges = [...], of which --exchange has to name one
file_name = '(?P<symbol>[A-Z0-9]+?)[0-9]{4}-[0-9]{2}-[0-9]{2}\\.csv'
others = ["tickDirection"]        # columns that are not read; with them all columns are known

[columns]                         # our name = the name a header gives it, or a list of names
timestamp = "timestamp"
price = "price"
quantity = "size"
side = "side"
trade_id = "trdMatchID"

[time]
units = ["s"]

[quantity]
contracts = 'USD$'                # symbols whose quantities are numbers of contracts
```
"""

import re
from collections.abc import Mapping
from typing import Annotated, Literal, Self, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from k2cli.trades.timestamps import UNITS, Unit

Column = Literal[
    "exchange",
    "symbol",
    "trade_id",
    "timestamp",
    "price",
    "quantity",
    "base",
    "side",
    "maker",
    "first_id",
    "last_id",
]
"""What a column holds. ``base`` is a quantity in coins, which counts where there is one beside a quantity in another
unit; ``maker`` a flag that tells whether the buyer had the resting order; ``first_id`` and ``last_id`` are those of the
trades in an aggregate."""

COLUMNS: tuple[Column, ...] = get_args(Column)

_NEEDED: tuple[Column, ...] = ("timestamp", "price")
"""What each trade has; and a quantity, in coins or not."""


def heading(text: str) -> str:
    """A column's name in lower case, without underscores and spaces, which vary between files."""
    return text.lower().replace("_", "").replace(" ", "").strip()


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"no regular expression: {error}") from error
    return text


def _names_symbol(text: str) -> str:
    if "symbol" not in re.compile(text).groupindex:
        raise ValueError("the pattern needs a group (?P<symbol>...), which tells the symbol")
    return text


def _list(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _path(text: str) -> str:
    keys = text.split(".") if text else []
    if not all(keys):
        raise ValueError("a path is made of keys between dots, such as result.trades or result.{symbol}")
    return text


Names = Annotated[tuple[str, ...], BeforeValidator(_list), Field(min_length=1)]
Pattern = Annotated[str, AfterValidator(_pattern)]
FileName = Annotated[str, AfterValidator(_pattern), AfterValidator(_names_symbol)]
Path = Annotated[str, AfterValidator(_path)]
Words = Annotated[tuple[str, ...], BeforeValidator(_list)]


class Section(BaseModel):
    """A part of a layout."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Time(Section):
    """How times are written.

    Attributes:
        units: The units that numbers may be in; each row is judged by itself. Times as text need none.
    """

    units: Annotated[tuple[Unit, ...], Field(min_length=1)] = UNITS


class Side(Section):
    """Words for the taker's side; case makes no difference, and any other word means that it is not known.

    Attributes:
        buy: Words for a trade whose taker bought.
        sell: Words for one whose taker sold.
    """

    buy: Words = ("buy", "b")
    sell: Words = ("sell", "s")


class Quantity(Section):
    """What a quantity counts: coins, if nothing else is said.

    Attributes:
        signed: Whether a negative quantity, in a file that has no sides, is one that was sold.
        contracts: A pattern for the symbols whose quantities are numbers of contracts: there a column ``base`` has to
            tell the coins. ``.`` means all symbols.
        contract_size: Coins of one contract, where all of them have the same size.
    """

    signed: bool = False
    contracts: Pattern | None = None
    contract_size: Annotated[str, Field(pattern=r"^[0-9]+(\.[0-9]+)?$")] | None = None


class Id(Section):
    """What an id stands for.

    Attributes:
        kind: ``trade``, or ``aggregate`` for several trades at once, from ``first_id`` to ``last_id``. Where files have no
            ids that can be relied on, leave out the column ``trade_id``.
        consecutive: Whether the ids of a series are whole numbers that count up by one, so that a hole is a loss.
    """

    kind: Literal["trade", "aggregate"] = "trade"
    consecutive: bool = False


class Csv(Section):
    """The dialect of text files, where it cannot be told from them.

    Attributes:
        delimiter: What separates fields; None: it is detected.
        decimal: What separates the places of a number; None: it is detected.
    """

    delimiter: Literal[",", ";", "\t", "|"] | None = None
    decimal: Literal[".", ","] | None = None


class Layout(Section):
    """How files of trades are written down.

    Attributes:
        name: Name of the layout: that of its file.
        about: What files are laid out so, in a sentence.
        documentation: Address of the page that describes them.
        exchange: The exchange of all such files, as ccxt calls it; None if there are several.
        exchanges: The exchanges, one of which has to be given, for the files do not tell.
        exchange_names: Names in a column of exchanges -> names as ccxt has them; others stay.
        file_name: Names of such files, as a regular expression with the group ``symbol``; it fits a name from its start.
        columns: Our name of a column -> the names that a header, the keys of an object or a schema may give it.
        optional: Our names of columns that a file need not have; the others it must have.
        others: Names of columns that are not read: a file that has no other columns is recognised by them.
        lines: Where rows have no names: our names in the order of the fields, one entry for each number of fields; ""
            is not read. One with ``base`` is for symbols that count contracts.
        rows: In JSON: the path to the rows, keys between dots; ``{symbol}`` stands for any key, which is the symbol.
        fallback: Whether it is detected only where no other layout fits.
        time: How times are written.
        side: How sides are written.
        quantity: What a quantity counts.
        id: What an id stands for.
        csv: The dialect of text files.
    """

    name: str
    about: Annotated[str, Field(min_length=1)]
    documentation: str = ""
    exchange: str | None = None
    exchanges: tuple[str, ...] = ()
    exchange_names: Mapping[str, str] = Field(default_factory=dict)
    file_name: FileName | None = None
    columns: Mapping[Column, Names] = Field(default_factory=dict)
    optional: tuple[Column, ...] = ()
    others: tuple[str, ...] = ()
    lines: tuple[tuple[Column | Literal[""], ...], ...] = ()
    rows: Path = ""
    fallback: bool = False
    time: Time = Time()
    side: Side = Side()
    quantity: Quantity = Quantity()
    id: Id = Id()
    csv: Csv = Csv()

    @model_validator(mode="after")
    def _tells_trades(self) -> Self:
        if not self.columns and not self.lines:
            raise ValueError("it needs [columns], or lines for rows without names")
        for where, columns in (("[columns]", tuple(self.columns)), *(("lines", line) for line in self.lines)):
            missing = [name for name in _NEEDED if name not in columns]
            if not {"quantity", "base"} & set(columns):
                missing.append("quantity")
            if missing and columns:
                raise ValueError(f"{where} has no {', '.join(missing)}")
        if spared := [name for name in self.optional if name in _NEEDED]:
            raise ValueError(f"each trade has a {spared[0]}: it cannot be optional")
        if self.exchange and self.exchanges:
            raise ValueError("exchange and exchanges exclude each other")
        twice = [name for name in self.known if sum(name in names for names in self._headings.values()) > 1]
        if twice:
            raise ValueError(f"the name {twice[0]!r} stands for more than one column")
        return self

    @property
    def aggregates(self) -> bool:
        """Whether a row stands for several trades."""
        return self.id.kind == "aggregate"

    @property
    def ours(self) -> Mapping[str, str]:
        """Our name of a column, by the names it may have, spelled by `heading`."""
        return {name: column for column, names in self._headings.items() for name in names}

    @property
    def known(self) -> frozenset[str]:
        """Names that columns of such files may have, spelled by `heading`, read or not."""
        return frozenset(self.ours) | {heading(name) for name in self.others}

    def counts_contracts(self, symbol: str | None) -> bool:
        """Whether the quantities of a symbol are numbers of contracts, which need not be worth a coin."""
        return self.quantity.contracts is not None and bool(re.search(self.quantity.contracts, symbol or ""))

    @property
    def _headings(self) -> Mapping[str, tuple[str, ...]]:
        return {column: tuple(map(heading, names)) for column, names in self.columns.items()}
