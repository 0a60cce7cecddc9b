"""Iceberg's own REST catalog: the server that its makers test clients with, over a SQLite file."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.deployments.jars import jars
from tests.deployments.service import Service
from tests.machine import program

_MAIN = "org.apache.iceberg.rest.RESTCatalogServer"


@contextmanager
def rest_catalog(folder: Path, properties: Mapping[str, str]) -> Iterator[str]:
    """Start a catalog on a free port, and end it.

    Args:
        folder: For its database and its log.
        properties: What it is to know: ``warehouse``, ``io-impl``, ``s3.endpoint`` …

    Yields:
        Its address.

    Raises:
        Missing: There is no Java, or its jars cannot be fetched.
    """
    settings = {
        "uri": f"jdbc:sqlite:{folder}/rest.db?busy_timeout=60000",
        "jdbc.schema-version": "V1",
        "rest.port": "0",
        **properties,
    }
    classpath = ":".join(map(str, jars("rest")))
    options = ["-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
    with Service(
        [program("java", "openjdk-17-jre-headless"), *options, "-cp", classpath, _MAIN],
        log=folder / "rest.log",
        variables={_variable(name): value for name, value in settings.items()},
    ) as service:
        port = service.said(r"Started oejs\.ServerConnector.*:(\d+)")[1]
        yield f"http://127.0.0.1:{port}"


def _variable(name: str) -> str:
    """How the server wants a property in its environment: a dot is one line, a hyphen two."""
    return "CATALOG_" + name.upper().replace("-", "__").replace(".", "_")
