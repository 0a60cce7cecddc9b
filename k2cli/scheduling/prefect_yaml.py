"""The schedule as Prefect's ``prefect.yaml``, for a team with a work pool."""

import json
from collections.abc import Iterator, Mapping

from k2cli.scheduling.schedule import UPKEEP, Job, Times, times_of

FLOW = "k2-ohlcv"
POOL = "k2-ohlcv"
UPKEEP_FLOW = "k2-ohlcv-upkeep"
NIGHTLY = "nightly"
"""Name of the deployment of the flow that tidies up."""
_ENTRYPOINT = "k2cli.scheduling.flows.{}"


def prefect_yaml(job: Job) -> str:
    """Deployments of the flow, one for each candle table.

    Args:
        job: What is run; its settings file as the workers see it.
    """
    return "\n".join(_lines(job))


def _lines(job: Job) -> Iterator[str]:
    yield "# Deployments: one for each candle table, and upkeep. Printed by k2 schedule prefect."
    yield f"#   prefect work-pool create {POOL} --type process"
    yield "#   prefect --no-prompt deploy --all"
    yield f"#   prefect worker start --pool {POOL} --limit {len(job.timeframes) + 1}"
    yield "# Workers need k2-ohlcv[prefect] installed, and the settings file; passwords are K2_* variables of theirs."
    yield f"name: {FLOW}"
    yield "pull: []  # the flow is part of k2-ohlcv: there is nothing to fetch"
    yield "deployments:"
    engine = {"engine": job.engine} if job.engine else {}
    shared = {"config": str(job.config), **engine}
    for timeframe in job.timeframes:
        purpose = f"Bring the {timeframe} candles up to date, and look at them."
        parameters = {"timeframe": timeframe.name, **shared}
        yield from _deployment(timeframe.name, "ohlcv", purpose, times_of(timeframe), parameters)
    yield from _deployment(NIGHTLY, "upkeep", "Expire snapshots, merge pieces, drop what is too old.", UPKEEP, shared)


def _deployment(name: str, flow: str, purpose: str, times: Times, parameters: Mapping[str, str]) -> Iterator[str]:
    yield f"  - name: {name}"
    yield f"    entrypoint: {_ENTRYPOINT.format(flow)}"
    yield f"    description: {purpose}"
    yield f"    schedules: [{{cron: {json.dumps(times.cron)}, timezone: UTC}}]"
    yield f"    parameters: {json.dumps(parameters)}"
    yield f"    work_pool: {{name: {POOL}}}"
