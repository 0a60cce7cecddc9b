"""A run of `validate`: metadata and files are checked here, rows by the engine."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import islice

from pyiceberg.table import Table

from engines.base import Engine
from engines.domain.caveats import caveats_of
from engines.domain.changes import occupied, timeless_rows
from engines.domain.decimals import SCALE, Scale
from engines.domain.findings import MOST_EXAMPLES, Broken, Finding, SourceFindings, TableFindings, Validation
from engines.domain.identity import Identity
from engines.domain.interval import Intervals
from engines.domain.invariants import AGAINST_TRADES, FRESHNESS, INTEGRITY, ROLLUP, Invariant
from engines.domain.reading import recorded_words
from engines.domain.requests import Observer, ValidationRequest
from engines.domain.results import rejections
from engines.domain.timeframe import FINEST, Timeframe
from engines.errors import UsageError
from engines.iceberg.catalog import catalog_errors
from engines.iceberg.integrity import damaged_files
from engines.iceberg.lag import Trades, lag
from engines.iceberg.scale import agreed_scale
from engines.validation.candidate import Candidate
from engines.validation.presence import blind, missing
from engines.work import Claim, Examination, Recomputation, Rows, TradeRows, trade_rows


def validate(engine: Engine, request: ValidationRequest, observer: Observer) -> Validation:
    """Check the tables of the request against the invariants.

    Raises:
        TableMissing: A table does not exist.
        UsageError: Candles cannot be compared with the trades: their source snapshot is unknown or expired;
            or two tables have different scales.
    """
    wanted = sorted(set(request.timeframes), key=lambda timeframe: timeframe.duration)
    with catalog_errors("validate"):
        candidates = [Candidate.of(engine, timeframe) for timeframe in wanted]
        finest = next((c for c in candidates if c.timeframe == FINEST), None) or Candidate.of(engine, FINEST)
        scale = agreed_scale((c.state.table for c in (finest, *candidates)), None) or SCALE
    found: dict[Timeframe, list[Finding]] = {c.timeframe: [] for c in candidates}
    damaged = (_damaged if request.deep else missing)([*candidates, finest], found)
    # A table with damaged files cannot be read, and others cannot be compared with it.
    sound = [candidate for candidate in candidates if candidate.timeframe not in damaged]
    for candidate in sound:
        if (rows := candidate.rows) is not None:
            check = _check(candidate, rows, finest, request.range)
            found[candidate.timeframe] += _checked(engine, check, finest, damaged, observer)
    sources: tuple[SourceFindings, ...] = ()
    if request.against_trades:
        for candidate in candidates:
            if candidate.timeframe in damaged:
                found[candidate.timeframe].append(_skipped(AGAINST_TRADES, "the table has damaged files"))
        sources = _against_trades(engine, sound, found, request, observer, scale=scale)
    blind(engine, candidates, found, request)
    limited = [candidate for candidate in candidates if candidate.timeframe in request.max_lag]
    if limited:
        source = engine.tables.source()
        with catalog_errors("manifests of the trades"):
            trades = Trades.of(source, engine.tables.trades.mapping)
            for candidate in limited:
                found[candidate.timeframe].append(_freshness(candidate, trades, request))
    return Validation(
        tables=tuple(
            TableFindings(table=c.name, timeframe=c.timeframe, findings=tuple(found[c.timeframe])) for c in candidates
        ),
        sources=sources,
    )


def _damaged(candidates: Iterable[Candidate], found: dict[Timeframe, list[Finding]]) -> frozenset[Timeframe]:
    """Check all bytes of all files, add findings to `found`, return the timeframes of tables with damaged files."""
    integrity = {candidate.timeframe: candidate for candidate in candidates}
    findings = {timeframe: _integrity(candidate) for timeframe, candidate in integrity.items()}
    for timeframe, findings_of_table in found.items():
        findings_of_table.append(findings[timeframe])
    return frozenset(timeframe for timeframe, finding in findings.items() if finding.broken)


def _checked(
    engine: Engine, check: Examination, finest: Candidate, damaged: frozenset[Timeframe], observer: Observer
) -> tuple[Finding, ...]:
    if finest.timeframe not in damaged:
        return engine.check(check, observer)
    skipped = _skipped(ROLLUP, f"{finest.name} has damaged files")
    return *engine.check(replace(check, finest=None), observer), skipped


def _check(candidate: Candidate, rows: Rows, finest: Candidate, asked: Intervals) -> Examination:
    same_trades = (
        finest.state.watermark is not None
        and candidate.state.watermark is not None
        and finest.state.watermark.source_snapshot_id == candidate.state.watermark.source_snapshot_id
        and finest.state.watermark.source_uuid == candidate.state.watermark.source_uuid
        and finest.state.watermark.algebra == candidate.state.watermark.algebra
    )
    comparable = candidate.complete & finest.complete if same_trades else Intervals()
    return Examination(
        timeframe=candidate.timeframe,
        rows=rows,
        intervals=occupied(candidate.files).aligned(candidate.timeframe) & asked,
        finest=None if candidate.timeframe == FINEST else finest.rows,
        comparable=comparable & asked,
    )


def _against_trades(
    engine: Engine,
    candidates: Iterable[Candidate],
    found: dict[Timeframe, list[Finding]],
    request: ValidationRequest,
    observer: Observer,
    *,
    scale: Scale,
) -> tuple[SourceFindings, ...]:
    """Compare each table with the trades of the source snapshot it records, told apart as they were then."""
    source = engine.tables.source()
    groups: dict[tuple[int | None, Identity, bool], list[Candidate]] = {}
    for candidate in candidates:
        mark = candidate.state.watermark
        if mark is None or mark.source_uuid != str(source.metadata.table_uuid) or mark.identity is None:
            raise UsageError(
                f"{candidate.name} records no snapshot of {engine.tables.names.source}", hint="run k2 ohlcv aggregate"
            )
        groups.setdefault((mark.source_snapshot_id, mark.identity, recorded_words(mark.columns)), []).append(candidate)
    sources = []
    for (snapshot_id, identity, exact_words), members in groups.items():
        trades = _trades(engine, source, snapshot_id, identity, scale=scale, claimant=members[0].name)
        trades = trades and replace(trades, reading=replace(trades.reading, exact_words=exact_words))
        claims = tuple(Claim(timeframe=c.timeframe, rows=c.rows, intervals=c.complete & request.range) for c in members)
        result = engine.recompute(Recomputation(trades=trades, scale=scale, claims=claims), observer)
        for candidate, finding in zip(members, result.findings, strict=True):
            found[candidate.timeframe].append(finding)
        sources.append(_completed(result.source, trades))
    return tuple(sources)


def _completed(found: SourceFindings, trades: TradeRows | None) -> SourceFindings:
    """What an engine has found of the trades, with what no engine reads: trades in files that have no times at all."""
    if trades is None:
        return found
    left_out = rejections(timeless_rows(trades.files), *found.rejected)
    return replace(found, rejected=left_out, caveats=caveats_of(trades.reading))


def _trades(
    engine: Engine, source: Table, snapshot_id: int | None, identity: Identity, *, scale: Scale, claimant: str
) -> TradeRows | None:
    if snapshot_id is None:
        return None
    snapshot = source.metadata.snapshot_by_id(snapshot_id)
    if snapshot is None:
        raise UsageError(
            f"{claimant} equals snapshot {snapshot_id} of {'.'.join(source.name())}, which is expired",
            hint="run k2 ohlcv aggregate, then validate",
        )
    mapping = engine.tables.trades.mapping
    return trade_rows(source, snapshot, identity, mapping, scale, abilities=engine.abilities)


def _integrity(candidate: Candidate) -> Finding:
    with catalog_errors(f"files of {candidate.name}"):
        files, damaged = damaged_files(candidate.state.table, candidate.state.head)
    return Finding(
        invariant=INTEGRITY.name,
        sentence=INTEGRITY.sentence,
        checked=files,
        broken=len(damaged),
        examples=tuple(
            Broken(problem=problem, values={"file": path}) for path, problem in islice(damaged.items(), MOST_EXAMPLES)
        ),
    )


def _skipped(invariant: Invariant, why: str) -> Finding:
    return Finding(invariant=invariant.name, sentence=invariant.sentence, checked=0, skipped=why)


def _freshness(candidate: Candidate, trades: Trades, request: ValidationRequest) -> Finding:
    most = request.max_lag[candidate.timeframe]
    behind = lag(candidate.timeframe, candidate.state, trades, now=request.now)
    late = behind > most
    problem = f"{behind // 1_000_000} s behind, {most // 1_000_000} s allowed"
    return Finding(
        invariant=FRESHNESS.name,
        sentence=FRESHNESS.sentence,
        checked=1,
        broken=int(late),
        examples=(Broken(problem=problem),) if late else (),
    )
