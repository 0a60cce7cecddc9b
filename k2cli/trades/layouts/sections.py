"""The parts of a layout, and the kinds of values that it is made of."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from k2cli.trades.timestamps import UNITS, Unit


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"no regular expression: {error}") from error
    return text


def _list(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _path(text: str) -> str:
    keys = text.split(".") if text else []
    if not all(keys):
        raise ValueError("a path is made of keys between dots, such as result.trades or result.{symbol}")
    return text


def is_number(text: str) -> bool:
    """Whether a text is a number above 0, of up to 18 digits before and after the point."""
    return bool(re.fullmatch(r"[0-9]{1,18}(\.[0-9]{1,18})?", text, re.ASCII)) and Decimal(text) > 0


def _number(text: str) -> str:
    if not is_number(text):
        raise ValueError(f"{text!r} is no number above 0, such as '0.01'")
    return text


Names = Annotated[tuple[str, ...], BeforeValidator(_list), Field(min_length=1)]
Pattern = Annotated[str, AfterValidator(_pattern)]
Number = Annotated[str, AfterValidator(_number)]
Path = Annotated[str, AfterValidator(_path)]
Words = Annotated[tuple[str, ...], BeforeValidator(_list)]


class Section(BaseModel):
    """A part of a layout."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Time(Section):
    """How times are written.

    Attributes:
        units: The units that numbers may be in; each row is judged by itself. Times as text need none.
        numbers: Whether times are always numbers: where they are text, a file is not taken for one of these.
    """

    units: Annotated[tuple[Unit, ...], Field(min_length=1)] = UNITS
    numbers: bool = False


class Side(Section):
    """Words for the taker's side; case makes no difference, and any other word means that it is not known.

    Attributes:
        buy: Words for a trade whose taker bought.
        sell: Words for one whose taker sold.
    """

    buy: Words = ("buy", "b")
    sell: Words = ("sell", "s")


class Counted(Section):
    """What quantities count: coins, if nothing else is said.

    Attributes:
        contracts: A pattern for the symbols whose quantities are numbers of contracts, of a size that the files do not
            tell: a column ``base`` has to tell the coins, or the user the size. ``.`` means all symbols.
        contract_size: What one contract is worth, where all have the same size: coins, or where `inverse` fits, units
            of the quote currency.
        inverse: A pattern for the symbols whose quantities count the quote currency: divided by the price, and rounded
            half up to the places of the table, they are coins.
    """

    contracts: Pattern | None = None
    contract_size: Number = "1"
    inverse: Pattern | None = None


class Quantity(Counted):
    """What the quantities of a layout's files count.

    Attributes:
        signed: Whether a negative quantity, in a file that has no sides, is one that was sold.
        contract_exchanges: Exchanges all of whose quantities are numbers of contracts.
        contracts_hint: What a user can do who has such a file, in a sentence.
        contract_sizes: What a contract is worth, by symbols that count them; as `contract_size`.
        exchanges: What the quantities of one exchange count, by its name, in place of what is said for all.
    """

    signed: bool = False
    contract_exchanges: tuple[str, ...] = ()
    contracts_hint: str = "import a file of the exchange that tells the coins"
    contract_sizes: Mapping[str, Number] = Field(default_factory=dict)
    exchanges: Mapping[str, Counted] = Field(default_factory=dict)

    @property
    def coins_only(self) -> bool:
        """Whether quantities are numbers of coins, whatever the series is."""
        all_of_them = (self, *self.exchanges.values())
        unknown = self.contract_exchanges or any(some.contracts or some.inverse for some in all_of_them)
        return not unknown and all(Decimal(some.contract_size) == 1 for some in all_of_them)

    def of(self, exchange: str | None) -> Counted:
        """What the quantities of an exchange count."""
        return self.exchanges.get(exchange or "", self)

    def counts_contracts(self, exchange: str | None, symbol: str | None) -> bool:
        """Whether quantities are numbers of contracts of a size that the files do not tell."""
        return exchange in self.contract_exchanges or _fits(self.of(exchange).contracts, symbol)

    def is_inverse(self, exchange: str | None, symbol: str | None) -> bool:
        """Whether quantities count the quote currency."""
        return _fits(self.of(exchange).inverse, symbol)

    def worth(self, exchange: str | None, symbol: str | None) -> Decimal | None:
        """What one is worth that the quantities count, in coins or in the quote currency; None: it is not known."""
        if not self.counts_contracts(exchange, symbol):
            return Decimal(self.of(exchange).contract_size)
        given = self.contract_sizes.get(symbol or "")
        return None if given is None else Decimal(given)


def _fits(pattern: str | None, symbol: str | None) -> bool:
    return pattern is not None and bool(re.search(pattern, symbol or ""))


class Price(Section):
    """How prices are written.

    Attributes:
        whole_shift: Numbers without a decimal point are to be multiplied by 10^whole_shift.
    """

    whole_shift: Annotated[int, Field(ge=-18, le=0)] = 0


class Id(Section):
    """What an id stands for.

    Attributes:
        kind: ``trade``, or ``aggregate`` for several trades at once, from ``first_id`` to ``last_id``. Where files have
            no ids that can be relied on, leave out the column ``trade_id``.
        aggregate_exchanges: Exchanges (as ccxt calls them) whose ids are those of aggregates.
        consecutive: Whether the ids of a series are whole numbers that count up by one, so that a hole is a loss.
    """

    kind: Literal["trade", "aggregate"] = "trade"
    aggregate_exchanges: tuple[str, ...] = ()
    consecutive: bool = False


class Csv(Section):
    """The dialect of text files, where it cannot be told from them.

    Attributes:
        delimiter: What separates fields; None: it is detected.
        decimal: What separates the places of a number; None: it is detected.
    """

    delimiter: Literal[",", ";", "\t", "|"] | None = None
    decimal: Literal[".", ","] | None = None


class Beside(Section):
    """A text beside the rows of a JSON document, which proves whose answer it is.

    Attributes:
        path: The way to it: keys between dots.
        text: What it is, as a regular expression that fits all of it; its groups ``symbol`` and ``exchange`` tell them.
    """

    path: Annotated[Path, Field(min_length=1)]
    text: Pattern
