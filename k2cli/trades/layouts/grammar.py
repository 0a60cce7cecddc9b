r"""The grammar of a layout: how files of trades are written down, as TOML. Ours and the users' are read alike.

```toml
about = "Bybit: trades of contracts"
documentation = "https://..."
exchange = "bybit"                # as ccxt calls it; or exchanges = [...], of which --exchange has to name one
file_name = '(?P<symbol>[A-Z0-9]+?)[0-9]{4}-[0-9]{2}-[0-9]{2}\.csv'
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
from functools import cached_property
from string import Formatter
from typing import Annotated, Literal, Self, get_args

from pydantic import Field, model_validator

from k2cli.trades.layouts.sections import (
    Beside,
    Csv,
    Id,
    Names,
    Path,
    Pattern,
    Price,
    Quantity,
    Section,
    Side,
    Time,
)

Column = Literal[
    "exchange",
    "symbol",
    "trade_id",
    "sequence",
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
unit; ``sequence`` the order among trades of one time, where ids do not tell it; ``maker`` a flag that tells whether the
buyer had the resting order; ``first_id`` and ``last_id`` are those of the trades in an aggregate."""

COLUMNS: tuple[Column, ...] = get_args(Column)

_NEEDED: tuple[Column, ...] = ("timestamp", "price")
"""What each trade has; and a quantity, in coins or not."""


def heading(text: str) -> str:
    """A column's name in lower case, without underscores and spaces, which vary between files, and up to a slash."""
    return text.partition("/")[0].lower().replace("_", "").replace(" ", "").strip()


_SYMBOL = "{symbol}"


class Layout(Section):
    """How files of trades are written down.

    Attributes:
        name: Name of the layout: that of its file.
        about: What files are laid out so, in a sentence.
        documentation: Address of the page that describes them.
        exchange: The exchange of all such files, as ccxt calls it; None if there are several.
        exchanges: The exchanges, one of which has to be given, for the files do not tell.
        exchanges_hint: By what a user can tell which of them it is.
        exchange_names: Names in a column of exchanges -> names as ccxt has them; others stay.
        file_name: Names of such files, as a regular expression that fits a name from its start. Its groups ``symbol``
            and ``exchange`` tell these.
        symbol: The symbol of a file, made of groups of `file_name`: ``{base}/{quote}``.
        columns: Our name of a column -> the names that a header, the keys of an object or a schema may give it.
        optional: Our names of columns that a file need not have; the others it must have.
        others: Names of columns that are not read: a file that has no other columns is recognised by them.
        marks: Names of columns that are not read either, one of which at least the files have: without any, a header of
            common words is not taken for one of theirs.
        common_words: Whether the names of the columns are words that anybody uses: they are no evidence, but the name
            of the file is.
        by_name: Whether rows without names are no evidence, but the name of the file is.
        lines: Where rows have no names: our names in the order of the fields, one entry for each number of fields; ""
            is not read. One with ``base`` is for symbols that count contracts.
        rows: In JSON: the path to the rows, keys between dots; ``{symbol}`` stands for any key, which is the symbol,
            and ``*`` for each element of a list.
        beside: In JSON: a text beside the rows, without which a document is not taken for one of theirs.
        fallback: Whether it is detected only where no other layout fits.
        time: How times are written.
        side: How sides are written.
        price: How prices are written.
        quantity: What a quantity counts.
        id: What an id stands for.
        csv: The dialect of text files.
    """

    name: str
    about: Annotated[str, Field(min_length=1)]
    documentation: str = ""
    exchange: str | None = None
    exchanges: tuple[str, ...] = ()
    exchanges_hint: str = ""
    exchange_names: Mapping[str, str] = Field(default_factory=dict)
    file_name: Pattern | None = None
    symbol: str = _SYMBOL
    columns: Mapping[Column, Names] = Field(default_factory=dict)
    optional: tuple[Column, ...] = ()
    others: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    common_words: bool = False
    by_name: bool = False
    lines: tuple[tuple[Column | Literal[""], ...], ...] = ()
    rows: Path = ""
    beside: Beside | None = None
    fallback: bool = False
    time: Time = Time()
    side: Side = Side()
    price: Price = Price()
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
        groups = re.compile(self.file_name or "").groupindex
        if self.symbol != _SYMBOL and (unknown := self.symbol_groups - groups.keys()):
            raise ValueError(f"symbol: file_name has no group {min(unknown)!r}")
        if self.exchange and self.exchanges:
            raise ValueError("exchange and exchanges exclude each other")
        twice = [name for name in self.known if sum(name in names for names in self._headings.values()) > 1]
        if twice:
            raise ValueError(f"the name {twice[0]!r} stands for more than one column")
        return self

    @property
    def symbol_groups(self) -> frozenset[str]:
        """The groups of `file_name` that make the symbol."""
        return frozenset(name for _, name, _, _ in Formatter().parse(self.symbol) if name)

    @property
    def aggregates(self) -> bool:
        """Whether a row stands for several trades."""
        return self.id.kind == "aggregate"

    @cached_property
    def ours(self) -> Mapping[str, str]:
        """Our name of a column, by the names it may have, spelled by `heading`."""
        return {name: column for column, names in self._headings.items() for name in names}

    @cached_property
    def known(self) -> frozenset[str]:
        """Names that columns of such files may have, spelled by `heading`, read or not."""
        return frozenset(self.ours) | {heading(name) for name in (*self.others, *self.marks)}

    def with_contract_sizes(self, sizes: Mapping[str, str]) -> Self:
        """The layout, with sizes of contracts beside those that it has."""
        known = self.quantity.contract_sizes
        return self.model_copy(
            update={"quantity": self.quantity.model_copy(update={"contract_sizes": {**known, **sizes}})}
        )

    @property
    def _headings(self) -> Mapping[str, tuple[str, ...]]:
        return {column: tuple(map(heading, names)) for column, names in self.columns.items()}
