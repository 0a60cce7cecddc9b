"""What a validation found: facts for each table and invariant, with the first broken rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from engines.domain.candle import CANDLE_MEASURES
from engines.domain.results import Rejected
from engines.domain.timeframe import Timeframe, isoformat, to_instant

MOST_EXAMPLES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """One thing that breaks an invariant: a candle, or a data file.

    Attributes:
        exchange: Of the candle; empty for a file.
        symbol: Likewise.
        window_start: Likewise, microseconds; None for a file.
        problem: What is wrong with it.
        values: The row, or what there is to know of the file, as text.
    """

    exchange: str = ""
    symbol: str = ""
    window_start: int | None = None
    problem: str
    values: Mapping[str, str] = field(default_factory=dict)


def broken_row(row: Mapping[str, object], problem: str) -> Broken:
    """A candle that breaks an invariant, from its row: text, decimals and aware datetimes by column name."""
    start = row["window_start"]
    return Broken(
        exchange=str(row["exchange"]),
        symbol=str(row["symbol"]),
        window_start=to_instant(start) if isinstance(start, datetime) else None,
        problem=problem,
        values=row_texts(row),
    )


def differing_row(row: Mapping[str, object], expected: Mapping[str, object]) -> Broken:
    """A candle that is not what was expected, measure by measure."""
    differing = [name for name in CANDLE_MEASURES if row[name] != expected[name]]
    problem = "; ".join(f"{name} is {_text(row[name])}, not {_text(expected[name])}" for name in differing)
    return broken_row(row, problem)


def row_texts(row: Mapping[str, object]) -> dict[str, str]:
    """A row for people."""
    return {name: _text(value) for name, value in row.items()}


def _text(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return isoformat(to_instant(value)) if isinstance(value, datetime) else str(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One invariant on one table.

    Attributes:
        invariant: Its name.
        sentence: What it says.
        checked: How many rows (files, for integrity) were looked at.
        broken: How many break it.
        examples: The first of them, at most `MOST_EXAMPLES`.
        skipped: Why it could not be looked at; empty where it was.
    """

    invariant: str
    sentence: str
    checked: int
    broken: int = 0
    examples: tuple[Broken, ...] = ()
    skipped: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFindings:
    """All invariants on one table."""

    table: str
    timeframe: Timeframe
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFindings:
    """The trades that a validation against them has read.

    Attributes:
        snapshot_id: The source snapshot; None where it was empty.
        trades_read: Rows read.
        duplicates: Copies among them.
        rejected: Invalid ones, by reason.
        samples: The first invalid ones, as text.
    """

    snapshot_id: int | None
    trades_read: int
    duplicates: int
    rejected: tuple[Rejected, ...]
    samples: tuple[Mapping[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """A whole run of `validate`.

    Attributes:
        tables: One per table, finest first.
        sources: One per source snapshot that candles were held against.
    """

    tables: tuple[TableFindings, ...]
    sources: tuple[SourceFindings, ...] = ()

    @property
    def broken(self) -> int:
        """Broken rows over all tables and invariants."""
        return sum(finding.broken for table in self.tables for finding in table.findings)


@dataclass(slots=True)
class Tally:
    """Counts one invariant over the batches of a table."""

    invariant: str
    sentence: str
    checked: int = 0
    broken: int = 0
    examples: list[Broken] = field(default_factory=list)

    def add(self, checked: int, broken: int, examples: list[Broken]) -> None:
        """Take one batch in."""
        self.checked += checked
        self.broken += broken
        self.examples += examples[: MOST_EXAMPLES - len(self.examples)]

    def finding(self) -> Finding:
        """The whole."""
        return Finding(
            invariant=self.invariant,
            sentence=self.sentence,
            checked=self.checked,
            broken=self.broken,
            examples=tuple(self.examples),
        )
