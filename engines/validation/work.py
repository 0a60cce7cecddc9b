"""What a validation hands to an engine, and what comes back."""

from dataclasses import dataclass
from typing import Protocol

from engines.domain.changes import occupied
from engines.domain.findings import Finding, SourceFindings
from engines.domain.interval import Intervals
from engines.domain.requests import Observer
from engines.domain.timeframe import D1, Timeframe
from engines.iceberg.catalog import Lake
from engines.iceberg.rows import Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """The candles of one table to be held against the invariants of rows and, where given, against the 1m candles.

    Attributes:
        timeframe: The table's timeframe.
        rows: Its candles.
        intervals: The times to look at.
        finest: The 1m candles; None where there are none to compare with.
        comparable: The times in which both tables are complete and made of the same trades.
    """

    timeframe: Timeframe
    rows: Rows
    intervals: Intervals
    finest: Rows | None
    comparable: Intervals

    @property
    def whole_windows(self) -> Intervals:
        """What can be compared with the 1m candles: windows that lie wholly within what is comparable."""
        ceil, floor = self.timeframe.ceil, self.timeframe.floor
        return Intervals.of((ceil(r.start), floor(r.end)) for r in self.intervals & self.comparable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a table claims to equal: the trades of a snapshot, in some times.

    Attributes:
        timeframe: The table's timeframe.
        rows: Its candles; None where it has none.
        intervals: Closed, unfrozen, and asked for.
    """

    timeframe: Timeframe
    rows: Rows | None
    intervals: Intervals


@dataclass(frozen=True, slots=True, kw_only=True)
class Recomputation:
    """Tables that claim to equal the same trades.

    Attributes:
        trades: The trades at the snapshot all of them recorded; None where it was empty.
        claims: The tables.
    """

    trades: Rows | None
    claims: tuple[Claim, ...]

    @property
    def times(self) -> Intervals:
        """The days in which there is anything to compare: whole days, so that no window is cut."""
        held = [self.trades, *(claim.rows for claim in self.claims)]
        there = Intervals.of(interval for rows in held if rows is not None for interval in occupied(rows.files))
        asked = Intervals.of(r for claim in self.claims for r in claim.intervals)
        return (there.aligned(D1) & asked.aligned(D1)).aligned(D1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recomputed:
    """One finding for each claim, in their order, and what there is to say of the trades."""

    findings: tuple[Finding, ...]
    source: SourceFindings


class Checker(Protocol):
    """As much of an engine as a validation needs."""

    lake: Lake

    def check(self, work: Check, observer: Observer) -> tuple[Finding, ...]:
        """See `engines.base.Engine.check`."""

    def recompute(self, work: Recomputation, observer: Observer) -> Recomputed:
        """See `engines.base.Engine.recompute`."""
