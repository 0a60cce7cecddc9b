"""Results of a validation: for each table and invariant, the number of broken rows and the first of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from engines.domain.candle import CANDLE_MEASURES
from engines.domain.caveats import Caveats
from engines.domain.results import Rejected
from engines.domain.timeframe import Timeframe, isoformat, to_instant

MOST_EXAMPLES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A candle, data file or table that breaks an invariant.

    Attributes:
        exchange: Exchange of the candle; empty for a file or table.
        symbol: Symbol of the candle; empty for a file or table.
        window_start: Window start of the candle, microseconds; None for a file or table.
        problem: What is wrong with it.
        values: The candle's columns, or facts about the file, as text.
    """

    exchange: str = ""
    symbol: str = ""
    window_start: int | None = None
    problem: str
    values: Mapping[str, str] = field(default_factory=dict)


def broken_row(row: Mapping[str, object], problem: str) -> Broken:
    """The `Broken` of a candle, made from its row: a mapping of column names to text, decimals and aware datetimes."""
    start = row["window_start"]
    return Broken(
        exchange=str(row["exchange"]),
        symbol=str(row["symbol"]),
        window_start=to_instant(start) if isinstance(start, datetime) else None,
        problem=problem,
        values=row_texts(row),
    )


def differing_row(row: Mapping[str, object], expected: Mapping[str, object]) -> Broken:
    """The `Broken` of a candle that differs from the expected one; its problem names the differing measures."""
    differing = [name for name in CANDLE_MEASURES if row[name] != expected[name]]
    problem = "; ".join(f"{name} is {_text(row[name])}, not {_text(expected[name])}" for name in differing)
    return broken_row(row, problem)


def row_texts(row: Mapping[str, object]) -> dict[str, str]:
    """The values of a row as text to be shown."""
    return {name: _text(value) for name, value in row.items()}


def _text(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return isoformat(to_instant(value)) if isinstance(value, datetime) else str(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The result of checking one invariant on one table.

    Attributes:
        invariant: Name of the invariant.
        sentence: The invariant in words.
        checked: Number of rows checked (data files for integrity, 1 for freshness).
        broken: Number of those that break the invariant.
        examples: The first broken ones, at most `MOST_EXAMPLES`.
        skipped: Why the invariant was not checked; empty if it was.
    """

    invariant: str
    sentence: str
    checked: int
    broken: int = 0
    examples: tuple[Broken, ...] = ()
    skipped: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFindings:
    """The results of all invariants on one table."""

    table: str
    timeframe: Timeframe
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFindings:
    """Facts about the trades that a validation against trades has read.

    Attributes:
        snapshot_id: The source snapshot; None if the source was empty.
        trades_read: Number of rows read.
        duplicates: Number of duplicates among them.
        rejected: Number of invalid trades among them, by reason.
        samples: Some of the invalid trades, as text, at most `MOST_EXAMPLES`.
        noted: Number of trades that count although something about them is worth a word, by what it is.
        caveats: What the source leaves to be taken for granted.
    """

    snapshot_id: int | None
    trades_read: int
    duplicates: int
    rejected: tuple[Rejected, ...]
    samples: tuple[Mapping[str, str], ...]
    noted: tuple[Rejected, ...] = ()
    caveats: Caveats = field(default_factory=Caveats)


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """The result of a run of `validate`.

    Attributes:
        tables: One result per table, finest first.
        sources: One per source snapshot that candles were compared with.
    """

    tables: tuple[TableFindings, ...]
    sources: tuple[SourceFindings, ...] = ()

    @property
    def broken(self) -> int:
        """Number of broken rows, over all tables and invariants."""
        return sum(finding.broken for table in self.tables for finding in table.findings)


@dataclass(slots=True)
class Tally:
    """Counts of one invariant, accumulated over the batches of a table."""

    invariant: str
    sentence: str
    checked: int = 0
    broken: int = 0
    examples: list[Broken] = field(default_factory=list)

    def add(self, checked: int, broken: int, examples: list[Broken]) -> None:
        """Add the counts and examples of one batch."""
        self.checked += checked
        self.broken += broken
        self.examples += examples[: MOST_EXAMPLES - len(self.examples)]

    def finding(self) -> Finding:
        """The accumulated result."""
        return Finding(
            invariant=self.invariant,
            sentence=self.sentence,
            checked=self.checked,
            broken=self.broken,
            examples=tuple(self.examples),
        )
