"""The report of `validate`: what was checked, and what is broken."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from engines.domain.caveats import Caveats
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
    """The result of checking one invariant on one table; `engines.domain.findings.Finding` explains the fields."""

    invariant: str
    sentence: str
    checked: int
    broken: int
    examples: tuple[BrokenRow, ...]
    skipped: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidatedTable:
    """A candle table with the results of all its invariants."""

    table: str
    timeframe: Timeframe
    invariants: tuple[CheckedInvariant, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidatedSource:
    """The trades that candles were compared with; `engines.domain.findings.SourceFindings` explains the fields."""

    snapshot_id: int | None
    trades_read: int
    duplicates: int
    rejected: dict[str, int]
    samples: tuple[Mapping[str, str], ...]
    noted: dict[str, int] = field(default_factory=dict)
    caveats: Caveats = field(default_factory=Caveats)


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationRow:
    """A row of the CSV and NDJSON output: one broken candle or data file, or an invariant without examples."""

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
    """The result of a run of `validate`.

    Attributes:
        now: The time of the run.
        broken: Number of broken rows over all tables and invariants.
        tables: The candle tables, finest first.
        sources: The trades that candles were compared with, one entry per source snapshot.
    """

    command = "ohlcv validate"

    now: datetime
    broken: int
    tables: tuple[ValidatedTable, ...]
    sources: tuple[ValidatedSource, ...]

    @property
    def failures(self) -> tuple[Failure, ...]:
        """One failure per broken invariant.

        They are only warnings (exit code 0) if only freshness is broken and the command line set no maximum lag.
        """
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
        """One row per example of a broken row, and one per invariant without examples."""
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
