"""What `prune` refuses to drop unless it is told to: candles that are nowhere else, most of a table, whole series."""

from engines.base import Engine
from engines.domain.changes import occupied
from engines.domain.interval import Intervals
from engines.domain.retention import PrunePlan
from engines.domain.timeframe import isoformat
from engines.domain.upkeep import TablePrune
from engines.errors import Refused
from engines.iceberg.files import live_files, spans
from engines.iceberg.series import series_that_end
from engines.iceberg.state import TargetState, target_state
from engines.work import Coverage, Rows


def excess(state: TargetState, plan: PrunePlan) -> str:
    """Why a plan takes more than retention usually does; empty if it does not."""
    if plan.most:
        return "more than half of the table"
    ending = series_that_end(state.table, plan.cutoff)
    if not ending:
        return ""
    others = f" and {len(ending) - 1} more" if len(ending) > 1 else ""
    return f"all candles of {ending[0].exchange} {ending[0].symbol}{others}"


def refuse_excess(planned: TablePrune) -> None:
    """Raise Refused if what is planned for a table takes too much."""
    if planned.excess and planned.span is not None:
        raise Refused(
            f"{planned.table}: {planned.rows:,} of {planned.held:,} candles would go, those from"
            f" {isoformat(planned.span.start)} to {isoformat(planned.span.end)}, and with them {planned.excess}",
            hint=f"--force drops them; [retention] {planned.timeframe} = 'none' keeps them for ever",
        )


def refuse_uncovered(engine: Engine, planned: TablePrune, state: TargetState, plan: PrunePlan) -> None:
    """Raise Refused for candles whose trades the next coarser table does not hold."""
    coarser = engine.tables.names.coarser(planned.timeframe)
    if coarser is None or state.head is None:
        return
    other_table = engine.tables.find(engine.tables.names.target(coarser))
    other = None if other_table is None else target_state(other_table)
    rows = None
    if other_table is not None and other is not None and other.head is not None:
        held = tuple(spans(other_table, live_files(other_table, other.head), "window_start"))
        rows = Rows(table=other_table, snapshot_id=other.head.snapshot_id, files=held)
    intervals = occupied(plan.files).aligned(coarser) & Intervals.of([(-(2**63), plan.cutoff)])
    finer = Rows(table=state.table, snapshot_id=state.head.snapshot_id, files=plan.files)
    found = engine.uncovered(Coverage(finer=finer, coarser=rows, timeframe=coarser, intervals=intervals))
    if found.windows:
        example = found.examples[0]
        raise Refused(
            f"{planned.table}: {found.windows} windows of {coarser} do not hold the trades of the candles that "
            f"would go, the first one {example.exchange} {example.symbol} {isoformat(example.window_start or 0)}",
            hint=f"run k2 ohlcv aggregate {coarser} (or validate) first, or --force to lose them",
        )
