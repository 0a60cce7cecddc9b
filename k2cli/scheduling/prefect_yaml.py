"""The schedule as Prefect's ``prefect.yaml``, for a team with a work pool."""

import json
from collections.abc import Iterator

from k2cli.scheduling.schedule import Job, times_of

FLOW = "k2-ohlcv"
POOL = "k2-ohlcv"
ENTRYPOINT = "k2cli.scheduling.flows.ohlcv"


def prefect_yaml(job: Job) -> str:
    """Deployments of the flow, one for each candle table.

    Args:
        job: What is run; its settings file as the workers see it.
    """
    return "\n".join(_lines(job))


def _lines(job: Job) -> Iterator[str]:
    yield "# Deployments of one flow, one for each candle table. Printed by k2 schedule prefect."
    yield f"#   prefect work-pool create {POOL} --type process"
    yield "#   prefect --no-prompt deploy --all"
    yield f"#   prefect worker start --pool {POOL} --limit {len(job.timeframes)}"
    yield "# Workers need k2-ohlcv[prefect] installed, and the settings file; passwords are K2_* variables of theirs."
    yield f"name: {FLOW}"
    yield "pull: []  # the flow is part of k2-ohlcv: there is nothing to fetch"
    yield "deployments:"
    engine = {"engine": job.engine} if job.engine else {}
    for timeframe in job.timeframes:
        parameters = {"timeframe": timeframe.name, "config": str(job.config), **engine}
        yield f"  - name: {timeframe}"
        yield f"    entrypoint: {ENTRYPOINT}"
        yield f"    description: Bring the {timeframe} candles up to date, and look at them."
        yield f"    schedules: [{{cron: {json.dumps(times_of(timeframe).cron)}, timezone: UTC}}]"
        yield f"    parameters: {json.dumps(parameters)}"
        yield f"    work_pool: {{name: {POOL}}}"
