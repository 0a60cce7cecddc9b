"""The schedule in Prefect: one flow, a deployment of it for each candle table.

The flow calls the command k2 and never the code behind it: what it runs is what a person would type, in a process
group of its own that ends at the limit and with the flow (see `k2cli.scheduling.process_group`).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from prefect import flow, get_client, get_run_logger, serve, task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.context import FlowRunContext
from prefect.deployments.runner import RunnerDeployment
from prefect.runtime import flow_run
from prefect.schedules import Cron
from prefect.states import Cancelled
from prefect.types.entrypoint import EntrypointType

from k2cli.language.sentences import said
from k2cli.scheduling import process_group
from k2cli.scheduling.prefect_yaml import FLOW, NIGHTLY, UPKEEP_FLOW
from k2cli.scheduling.schedule import (
    LIMIT,
    RETRIES,
    RETRY_AFTER,
    TRY_AGAIN,
    UPKEEP,
    UPKEEP_COMMANDS,
    UPKEEP_LIMIT,
    Job,
    k2_command,
    times_of,
)

Json = dict[str, Any]

_RUN_COLUMNS = (
    *("table", "status", "windows", "candles_written", "candles_removed", "trades_read", "duplicates", "rejected"),
    *("frozen", "seconds", "reason", "error"),
)


class CommandFailed(Exception):  # noqa: N818 - as the tree of errors is named
    """A command of k2 ended with an exit code that is not 0, or was ended at the limit.

    Attributes:
        exit_code: The exit code, as the README lists them; None where it took longer than the limit.
    """

    def __init__(self, message: str, exit_code: int | None) -> None:
        super().__init__(message)
        self.exit_code = exit_code


@dataclass(frozen=True, slots=True)
class _Told:
    """Output of a command: its report and its failure, where there is one."""

    report: Json | None
    failure: CommandFailed | None


def may_pass(_task: object, _task_run: object, state: State[Any]) -> bool:
    """Whether a failure is temporary: Prefect asks before it retries a task."""
    error = state.result(raise_on_failure=False)
    return isinstance(error, CommandFailed) and error.exit_code in TRY_AGAIN


def _ask(verb: str, options: Sequence[str], limit: float | None = None) -> _Told:
    """Run ``k2 ohlcv``, parse its output, and send its messages to the run's log."""
    command = ("ohlcv", verb, *options, "--output", "json")
    logger = get_run_logger()
    logger.info("k2 %s", " ".join(command))
    limit = LIMIT if limit is None else limit
    ended = process_group.run((*k2_command(), *command), limit=limit)
    for line in ended.err.splitlines():
        logger.info("%s", line)
    report = _parsed(ended.out)
    if report and (sentence := said(report)):
        logger.info("%s", sentence)
    if ended.late:
        message = f"k2 ohlcv {verb} was ended after {limit} s; nothing is half done, the next run carries on"
        return _Told(report, CommandFailed(message, None))
    if ended.code:
        message = f"k2 ohlcv {verb} ended with exit code {ended.code}: {_reason(ended.err)}"
        return _Told(report, CommandFailed(message, ended.code))
    return _Told(report, None)


def _parsed(out: str) -> Json | None:
    """The report; a command that was killed may have written none, or half of it."""
    try:
        return dict(json.loads(out))
    except ValueError:
        return None


def _reason(messages: str) -> str:
    """The last line that k2 wrote, which is JSON where it is an error."""
    last = (messages.strip().splitlines() or ["it said nothing"])[-1]
    try:
        error = json.loads(last)["error"]
    except (ValueError, TypeError, KeyError):
        return last
    return " - ".join(text for text in (error["message"], error["hint"]) if text)


def _key(timeframe: str, what: str) -> str:
    return f"{FLOW}-{timeframe}-{what}"


_STEP: dict[str, Any] = {
    "retries": RETRIES,
    "retry_delay_seconds": RETRY_AFTER,
    "retry_condition_fn": may_pass,
    "cache_policy": NO_CACHE,
}


@task(**_STEP, task_run_name="aggregate {timeframe}")
def aggregate(timeframe: str, options: Sequence[str]) -> None:
    """Bring the table up to date; the artifact shows what was done.

    Raises:
        CommandFailed: The command failed. After exit codes 5, 6 and 7 it is tried again.
    """
    told = _ask("aggregate", (timeframe, *options))
    if told.report:
        rows = [_run_row(table) for table in told.report["tables"]]
        create_table_artifact(rows, key=_key(timeframe, "run"), description=f"The last run for {timeframe}")
    if told.failure:
        raise told.failure


def _run_row(table: Mapping[str, Any]) -> Json:
    row = {name: table[name] for name in _RUN_COLUMNS}
    return row | {"rejected": sum(row["rejected"].values())}


@task(**_STEP, task_run_name="validate {timeframe}")
def validate(timeframe: str, options: Sequence[str]) -> None:
    """Validate the table; the artifact shows what was found.

    Raises:
        CommandFailed: The command failed, with exit code 3 because something is broken.
    """
    told = _ask("validate", (timeframe, *options))
    if told.report:
        rows = [_found_row(found) for table in told.report["tables"] for found in table["invariants"]]
        create_table_artifact(
            rows,
            key=_key(timeframe, "violations"),
            description=f"{told.report['broken']} violations in {timeframe}",
        )
    if told.failure:
        raise told.failure


def _found_row(found: Mapping[str, Any]) -> Json:
    examples = (
        f"{e['exchange']} {e['symbol']} {e['window_start'] or ''}: {e['problem']} {json.dumps(e['values'])}"
        for e in found["examples"]
    )
    row = {name: found[name] for name in ("invariant", "sentence", "checked", "broken", "skipped")}
    return row | {"examples": "; ".join(examples)}


@task(**_STEP, task_run_name="lag {timeframe}")
def lag(timeframe: str, options: Sequence[str]) -> None:
    """Tell how far the table is behind the trades.

    Raises:
        CommandFailed: The command failed.
    """
    told = _ask("status", options)
    if told.failure:
        raise told.failure
    tables = (told.report or {})["tables"]
    table = next(table for table in tables if table["timeframe"] == timeframe)
    lines = [f"| {name} | {table[name]} |" for name in ("up_to_date", "lag_trades", "lag_seconds", "closed_until")]
    text = "\n".join([f"| {table['table']} | |", "| --- | --- |", *lines])
    create_markdown_artifact(text, key=_key(timeframe, "lag"), description=f"How far {timeframe} is behind")


def _run_name() -> str:
    """The table and the time that the run is for."""
    scheduled = flow_run.scheduled_start_time or datetime.now(UTC)
    return f"{FLOW}-{flow_run.parameters['timeframe']}-{scheduled:%Y-%m-%dT%H:%M:%S}"


@flow(name=FLOW, flow_run_name=_run_name)
def ohlcv(
    timeframe: str,
    start: datetime | None = None,
    end: datetime | None = None,
    engine: str | None = None,
    config: str | None = None,
) -> None:
    """Bring a candle table up to date, then look whether it is right.

    Args:
        timeframe: The table.
        start: Recompute windows from this time on, although nothing changed there.
        end: And those before this time only.
        engine: The engine; empty: the settings' own.
        config: The settings file, absolute; empty: as k2 finds it in the folder of the worker.
    """
    skip_missed_runs()
    shared = _options(("--engine", engine), ("--config", config))
    span = _options(("--from", _text(start)), ("--to", _text(end)))
    aggregate(timeframe, (*shared, *span))
    validate(timeframe, (*shared, *span))
    lag(timeframe, shared)


@task(**_STEP, task_run_name="{verb}")
def tidy(verb: str, options: Sequence[str]) -> None:
    """Carry out a command of upkeep.

    Raises:
        CommandFailed: The command failed, or was refused because it would take too much.
    """
    if failure := _ask(verb, options, UPKEEP_LIMIT).failure:
        raise failure


@flow(name=UPKEEP_FLOW)
def upkeep(engine: str | None = None, config: str | None = None) -> None:
    """Tidy up: expire snapshots, merge small files, drop candles older than their retention.

    Args:
        engine: The engine; empty: the settings' own.
        config: The settings file, absolute; empty: as k2 finds it in the folder of the worker.
    """
    skip_missed_runs()
    shared = _options(("--engine", engine), ("--config", config))
    for verb, *words in UPKEEP_COMMANDS:
        tidy(verb, (*words, *shared))


def _options(*options: tuple[str, str | None]) -> tuple[str, ...]:
    return tuple(word for name, value in options if value for word in (name, value))


def _text(moment: datetime | None) -> str | None:
    """A time as k2 parses it, with its zone."""
    return None if moment is None else moment.isoformat()


def skip_missed_runs() -> None:
    """Cancel the deployment's other overdue runs: this one does their work, too."""
    context = FlowRunContext.get()
    this = context.flow_run if context else None
    if this is None or this.deployment_id is None:
        return
    with get_client(sync_client=True) as client:
        skipped = _skip(client, [run for run in _missed(client, this.deployment_id) if run.id != this.id])
    if skipped:
        get_run_logger().info("%d runs were missed: this one does their work", skipped)


def _skip_all_but_the_newest() -> None:
    """Cancel overdue runs but the newest: days without a worker leave hundreds, which Prefect would start in turn."""
    ours = FlowFilter(name=FlowFilterName(any_=[FLOW, UPKEEP_FLOW]))
    with get_client(sync_client=True) as client:
        for deployment in client.read_deployments(flow_filter=ours):
            while len(missed := _missed(client, deployment.id)) > 1:
                _skip(client, missed[1:])


def _missed(client: SyncPrefectClient, deployment_id: UUID) -> list[FlowRun]:
    """Overdue scheduled runs, newest first; the API gives a few hundred at a time."""
    waiting = FlowRunFilter(
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED])),
        expected_start_time=FlowRunFilterExpectedStartTime.model_validate({"before_": datetime.now(UTC)}),
    )
    mine = DeploymentFilter(id=DeploymentFilterId(any_=[deployment_id]))
    newest_first = FlowRunSort.EXPECTED_START_TIME_DESC
    found = client.read_flow_runs(flow_run_filter=waiting, deployment_filter=mine, sort=newest_first)
    return [run for run in found if run.auto_scheduled]


def _skip(client: SyncPrefectClient, runs: Sequence[FlowRun]) -> int:
    state: State[None] = Cancelled(name="Missed", message="a later run of the schedule does its work")
    for run in runs:
        client.set_flow_run_state(run.id, state, force=True)
    return len(runs)


def deployments(job: Job) -> list[RunnerDeployment]:
    """Deployments as `serve` keeps them, one for each candle table, and upkeep.

    Args:
        job: What is run.
    """
    shared = {"config": str(job.config), "engine": job.engine}
    nightly = RunnerDeployment.from_flow(
        upkeep,
        name=NIGHTLY,
        schedules=[Cron(UPKEEP.cron, timezone="UTC")],
        parameters=shared,
        description="Expire snapshots, merge pieces, drop what is too old.",
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    tables = [
        RunnerDeployment.from_flow(
            ohlcv,
            name=timeframe.name,
            schedules=[Cron(times_of(timeframe).cron, timezone="UTC")],
            parameters={"timeframe": timeframe.name, **shared},
            description=f"Bring the {timeframe} candles up to date, and look at them.",
            entrypoint_type=EntrypointType.MODULE_PATH,
        )
        for timeframe in job.timeframes
    ]
    return [*tables, nightly]


def serve_all(job: Job) -> None:
    """Register the deployments and run what is scheduled, until a signal comes."""
    _skip_all_but_the_newest()
    serve(*deployments(job))
