"""`validate`: what was looked at, and what is broken."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from engines.domain.timeframe import Timeframe
from engines.errors import Failure
from k2cli.reports.base import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenRow:
    """A candle (or a data file) that breaks an invariant; `engines.domain.findings.Broken` explains the fields."""

    exchange: str
    symbol: str
    window_start: datetime | None
    problem: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedInvariant:
    """One invariant on one table; `engines.domain.findings.Finding` explains the fields."""

    invariant: str
    sentence: str
    checked: int
    broken: int
    examples: tuple[BrokenRow, ...]
    skipped: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidatedTable:
    """A candle table and all that was found."""

    table: str
    timeframe: Timeframe
    invariants: tuple[CheckedInvariant, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidatedSource:
    """The trades that candles were held against; `engines.domain.findings.SourceFindings` explains the fields."""

    snapshot_id: int | None
    trades_read: int
    duplicates: int
    rejected: dict[str, int]
    samples: tuple[Mapping[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationRow:
    """A finding as CSV and NDJSON hold it: a broken row each, or one row where none is broken."""

    table: str
    timeframe: Timeframe
    invariant: str
    checked: int
    broken: int
    exchange: str = ""
    symbol: str = ""
    window_start: datetime | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidateReport(Report):
    """A run of `validate`.

    Attributes:
        now: The run's clock.
        broken: Broken rows over all tables and invariants.
        tables: The candle tables, finest first.
        sources: One per source snapshot that candles were held against.
    """

    command = "ohlcv validate"

    now: datetime
    broken: int
    tables: tuple[ValidatedTable, ...]
    sources: tuple[ValidatedSource, ...]

    @property
    def failures(self) -> tuple[Failure, ...]:
        """The invariants that are broken: warnings where all that is broken is freshness, which nobody asked about."""
        return tuple(
            Failure(
                message=f"{t.table}: {found.invariant} is broken by {found.broken:,} of {found.checked:,} "
                f"({found.sentence})",
                exit_code=self.exit_code,
            )
            for t in self.tables
            for found in t.invariants
            if found.broken
        )

    @property
    def rows(self) -> Iterator[ValidationRow]:
        """A row a broken row, and one for each invariant that holds."""
        for table in self.tables:
            for found in table.invariants:
                about = ValidationRow(
                    table=table.table,
                    timeframe=table.timeframe,
                    invariant=found.invariant,
                    checked=found.checked,
                    broken=found.broken,
                )
                if not found.examples:
                    yield about
                for row in found.examples:
                    yield replace(
                        about,
                        exchange=row.exchange,
                        symbol=row.symbol,
                        window_start=row.window_start,
                        problem=row.problem,
                    )
