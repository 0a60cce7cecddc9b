"""Sends lineage by the OpenLineage client in a separate thread: a run neither waits for it nor fails with it."""

import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from k2cli.session.logs import LOGGER
from k2cli.telemetry.lineage import Dataset, Event

if TYPE_CHECKING:
    from openlineage.client.event_v2 import RunEvent

Emit = Callable[["RunEvent"], Any]

TIMEOUT = 2.0
"""Seconds that one event may take to be taken."""
PATIENCE = 5.0
"""Seconds that the end of a run waits for what is still under way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where events go, and who sends them.

    Attributes:
        transport: An http(s) address or a file; empty: the client finds out from its variables and file.
        namespace: Of our jobs.
        catalog: The catalog's address, under which tables have their second name.
        producer: Who sends, as a URI.
        engine: Name of the engine.
        version: Version of k2.
    """

    transport: str
    namespace: str
    catalog: str
    producer: str
    engine: str
    version: str


class Sender:
    """Delivers events; after the first one that cannot be delivered, the rest are dropped.

    Args:
        address: Where they go.
    """

    def __init__(self, address: Address) -> None:
        self._address = address
        self._waiting: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._deliver, name="lineage", daemon=True)
        self._problem = ""
        self._thread.start()

    def send(self, event: Event) -> None:
        """Take an event."""
        self._waiting.put(event)

    def close(self) -> None:
        """Wait a little for events that are being delivered, and warn where one does not arrive."""
        self._waiting.put(None)
        self._thread.join(PATIENCE)
        problem = f"no answer within {PATIENCE:g} s" if self._thread.is_alive() else self._problem
        if problem:
            place = self._address.transport or "where the OPENLINEAGE variables say"
            LOGGER.warning("lineage could not be sent to %s: %s; the run itself is not affected", place, problem)

    def _deliver(self) -> None:
        """The thread that delivers. No error in it reaches the run."""
        try:
            emit = _client(self._address)
            while (event := self._waiting.get()) is not None:
                emit(run_event(event, self._address))
        except ImportError as error:
            self._problem = f"{error.name or error} is not installed: pip install 'k2-ohlcv[lineage]'"
        except Exception as error:  # noqa: BLE001 - transports are anyone's code
            self._problem = _brief(error)


def _client(address: Address) -> Emit:
    from openlineage.client.event_v2 import set_producer

    set_producer(address.producer)
    transport = address.transport
    if not transport:
        from openlineage.client import OpenLineageClient

        return OpenLineageClient().emit
    if urlsplit(transport).scheme in {"http", "https"}:
        from openlineage.client.transport.http import HttpConfig, HttpTransport

        return HttpTransport(HttpConfig(url=transport, timeout=TIMEOUT, retry={"total": 0})).emit
    from openlineage.client.transport.file import FileConfig, FileTransport

    return FileTransport(FileConfig(log_file_path=transport, append=True)).emit


def run_event(event: Event, address: Address) -> "RunEvent":
    """Our event as the client's."""
    from openlineage.client import event_v2 as v2
    from openlineage.client import facet_v2 as facets

    from engines.domain.timeframe import isoformat

    of_run: dict[str, Any] = {
        "processing_engine": facets.processing_engine_run.ProcessingEngineRunFacet(
            version=address.version, name=f"k2-{address.engine}"
        )
    }
    if event.parent_id is not None:
        of_run["parent"] = facets.parent_run.ParentRunFacet(
            run=facets.parent_run.Run(runId=event.parent_id),
            job=facets.parent_run.Job(namespace=address.namespace, name=event.job.rpartition(".")[0]),
        )
    if event.error:
        of_run["errorMessage"] = facets.error_message_run.ErrorMessageRunFacet(
            message=event.error, programmingLanguage="PYTHON"
        )
    return v2.RunEvent(
        eventType=v2.RunState(event.kind.value),
        eventTime=isoformat(event.time),
        run=v2.Run(runId=event.run_id, facets=of_run),
        job=v2.Job(namespace=address.namespace, name=event.job),
        producer=address.producer,
        inputs=[v2.InputDataset(namespace=d.namespace, name=d.name, facets=_facets(d, address)) for d in event.inputs],
        outputs=[
            v2.OutputDataset(
                namespace=d.namespace,
                name=d.name,
                facets=_facets(d, address) | _columns(d, event.inputs),
                outputFacets=_written(d),
            )
            for d in event.outputs
        ],
    )


def _facets(dataset: Dataset, address: Address) -> dict[str, Any]:
    from openlineage.client import facet_v2 as facets

    links = facets.symlinks_dataset
    identifier = links.Identifier(namespace=address.catalog, name=dataset.table, type="TABLE")
    found: dict[str, Any] = {"symlinks": links.SymlinksDatasetFacet(identifiers=[identifier])}
    if dataset.version is not None:
        found["version"] = facets.dataset_version_dataset.DatasetVersionDatasetFacet(str(dataset.version))
    return found


def _columns(dataset: Dataset, inputs: Sequence[Dataset]) -> dict[str, Any]:
    from openlineage.client import facet_v2 as facets

    lineage = facets.column_lineage_dataset
    if not dataset.columns or not inputs:
        return {}
    (read,) = inputs
    fields = {
        name: lineage.Fields(
            inputFields=[
                lineage.InputField(
                    namespace=read.namespace,
                    name=read.name,
                    field=origin.column,
                    transformations=[lineage.Transformation(*origin.way.value)],
                )
                for origin in origins
            ]
        )
        for name, origins in dataset.columns.items()
    }
    return {"columnLineage": lineage.ColumnLineageDatasetFacet(fields=fields)}


def _written(dataset: Dataset) -> dict[str, Any]:
    from openlineage.client import facet_v2 as facets

    if dataset.rows is None:
        return {}
    statistics = facets.output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet
    return {"outputStatistics": statistics(rowCount=dataset.rows, size=dataset.bytes)}


def _brief(error: Exception) -> str:
    """One line: an HTTP client wraps its reason in a page of retries."""
    if isinstance(error, ConnectionError) or type(error).__name__ in {"ConnectionError", "ConnectTimeout"}:
        return "no connection"
    return (str(error).splitlines() or [type(error).__name__])[0]
