"""`k2 prefect serve`: register a deployment for each candle table, and keep the process that runs them."""

from types import ModuleType

from engines.errors import Unavailable, UsageError
from k2cli.jobs.schedule import job_of
from k2cli.settings import LoadedSettings


def serve(loaded: LoadedSettings) -> None:
    """Register the deployments and run them until a signal arrives.

    Raises:
        UsageError: There is no settings file, Prefect is not installed, or no Prefect server is named.
        Unavailable: The Prefect server does not answer.
    """
    job = job_of(loaded)
    flows = _flows()
    _expect_server()
    flows.serve_all(job)


def _flows() -> ModuleType:
    try:
        from k2cli.scheduling import flows
    except ImportError as error:
        if (error.name or "").partition(".")[0] == "k2cli":
            raise
        raise UsageError(
            f"Prefect cannot be loaded: {error}", hint="install it: pip install 'k2-ohlcv[prefect]'"
        ) from error
    return flows


def _expect_server() -> None:
    """Check that a Prefect server is named and answers.

    Without one, Prefect would start a temporary server, which answers requests but schedules nothing and keeps nothing.
    """
    from prefect.client.orchestration import get_client
    from prefect.settings import get_current_settings

    url = get_current_settings().api.url
    if not url:
        raise UsageError(
            "no Prefect server is named",
            hint="prefect server start --background, then PREFECT_API_URL=http://127.0.0.1:4200/api k2 prefect serve",
        )
    with get_client(sync_client=True) as client:
        error = client.api_healthcheck()
    if error:
        raise Unavailable(f"the Prefect server at {url} does not answer: {error}", hint="is it running?")
