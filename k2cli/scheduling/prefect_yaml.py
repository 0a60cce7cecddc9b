"""The schedule as Prefect's ``prefect.yaml``, for a team with a work pool."""

import json
from collections.abc import Iterator
from pathlib import Path

from k2cli.scheduling.schedule import TIMES

FLOW = "k2-ohlcv"
POOL = "k2-ohlcv"
ENTRYPOINT = "k2cli.scheduling.flows.ohlcv"


def prefect_yaml(*, config: Path, engine: str | None) -> str:
    """The five deployments.

    Args:
        config: The settings file, absolute: as the workers see it.
        engine: The engine, where it is not the settings' own.
    """
    return "\n".join(_lines(config, engine))


def _lines(config: Path, engine: str | None) -> Iterator[str]:
    yield "# Five deployments of one flow. Printed by k2 schedule prefect."
    yield f"#   prefect work-pool create {POOL} --type process"
    yield "#   prefect --no-prompt deploy --all"
    yield f"#   prefect worker start --pool {POOL} --limit 5"
    yield "# Workers need k2-ohlcv[prefect] installed, and the settings file; passwords are K2_* variables of theirs."
    yield f"name: {FLOW}"
    yield "pull: []  # the flow is part of k2-ohlcv: there is nothing to fetch"
    yield "deployments:"
    for timeframe, times in TIMES.items():
        parameters = {"timeframe": timeframe.name, "config": str(config)} | ({"engine": engine} if engine else {})
        yield f"  - name: {timeframe}"
        yield f"    entrypoint: {ENTRYPOINT}"
        yield f"    description: Bring the {timeframe} candles up to date, and look at them."
        yield f"    schedules: [{{cron: {json.dumps(times.cron)}, timezone: UTC}}]"
        yield f"    parameters: {json.dumps(parameters)}"
        yield f"    work_pool: {{name: {POOL}}}"
