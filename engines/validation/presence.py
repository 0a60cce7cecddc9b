"""What a validation looks at: whether all files are there, and whether there is anything where there are trades."""

from collections.abc import Iterable, Sequence
from itertools import islice

from engines.base import Engine
from engines.domain.changes import FileSpan
from engines.domain.findings import MOST_EXAMPLES, Broken, Finding
from engines.domain.interval import BEGINNING, Intervals
from engines.domain.invariants import AGAINST_TRADES, FRESHNESS, INTEGRITY, NOT_BLIND, PRESENT
from engines.domain.requests import ValidationRequest
from engines.domain.timeframe import Timeframe, isoformat
from engines.errors import K2Error
from engines.iceberg.catalog import catalog_errors
from engines.iceberg.damage import missing_files
from engines.iceberg.lag import Trades
from engines.iceberg.others import changes_by_others
from engines.validation.candidate import Candidate

_ALWAYS = {FRESHNESS.name, INTEGRITY.name, PRESENT.name}
"""Checks that do not look at candles."""


def missing(candidates: Iterable[Candidate], found: dict[Timeframe, list[Finding]]) -> frozenset[Timeframe]:
    """Add a finding to `found` for tables whose data files are not all there; return the timeframes of such tables."""
    lost = set()
    for candidate in {candidate.timeframe: candidate for candidate in candidates}.values():
        with catalog_errors(f"files of {candidate.name}"):
            paths = missing_files(candidate.state.table, [file.path for file in candidate.files])
        if not paths:
            continue
        lost.add(candidate.timeframe)
        examples = (Broken(problem="the file is missing", values={"file": path}) for path in paths)
        if candidate.timeframe in found:
            found[candidate.timeframe].append(
                Finding(
                    invariant=PRESENT.name,
                    sentence=PRESENT.sentence,
                    checked=len(candidate.files),
                    broken=len(paths),
                    examples=tuple(islice(examples, MOST_EXAMPLES)),
                )
            )
    return frozenset(lost)


def blind(
    engine: Engine,
    candidates: Iterable[Candidate],
    found: dict[Timeframe, list[Finding]],
    request: ValidationRequest,
) -> None:
    """Add a finding for each table of which nothing was looked at although there are trades in the times asked for."""
    suspects = [candidate for candidate in candidates if _saw_nothing(found[candidate.timeframe])]
    trades = _trades(engine) if suspects else ()
    for candidate in suspects:
        why = _why(candidate, trades, request)
        if why:
            broken = Broken(problem=f"looked at nothing: {why}")
            finding = Finding(
                invariant=NOT_BLIND.name, sentence=NOT_BLIND.sentence, checked=1, broken=1, examples=(broken,)
            )
            found[candidate.timeframe].append(finding)


def _saw_nothing(findings: Sequence[Finding]) -> bool:
    """Whether all checks of candles, or the one against the trades, had no candle and no trade to look at."""
    of_candles = [finding for finding in findings if finding.invariant not in _ALWAYS]
    if any(finding.skipped for finding in of_candles) or any(f.broken for f in findings if f.invariant == PRESENT.name):
        return False
    against = [finding for finding in of_candles if finding.invariant == AGAINST_TRADES.name]
    return not any(finding.checked for finding in against or of_candles)


def _trades(engine: Engine) -> tuple[FileSpan, ...]:
    """The files of the source; none if it cannot be read: candles are looked at without it."""
    try:
        source = engine.tables.find(engine.tables.names.source)
        with catalog_errors("manifests of the trades"):
            return () if source is None else Trades.of(source, engine.tables.trades.mapping).spans
    except K2Error:
        return ()


def _why(candidate: Candidate, trades: Sequence[FileSpan], request: ValidationRequest) -> str:
    """Why there are trades and nothing was looked at; empty if there are none that candles should be of."""
    mark, fence = candidate.state.watermark, candidate.state.fence
    until = candidate.timeframe.floor(request.now) if mark is None else mark.closed_until
    asked = request.range & Intervals.of([(BEGINNING, until)])
    there = _within(trades, asked)
    if not there:
        return ""
    if mark is None:
        return f"candles are not built yet, up to {there:,} trades wait; run k2 ohlcv aggregate"
    if fence is not None and not _within(trades, asked & candidate.complete):
        return f"kept from {isoformat(candidate.timeframe.ceil(fence))}; up to {there:,} trades lie before"
    if not candidate.files and changes_by_others(candidate.state):
        return f"others have taken all candles out, up to {there:,} trades are there; run k2 ohlcv aggregate"
    return ""


def _within(trades: Sequence[FileSpan], times: Intervals) -> int:
    """Upper bound of the number of trades in these times; 0 unless one is surely there: at an end of a file's times."""
    ends = [file for file in trades for instant in (file.interval.start, file.interval.end - 1) if instant in times]
    return sum(file.rows for file in dict.fromkeys(ends))
