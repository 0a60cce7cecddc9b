"""Puts a deployment together as examples/cluster.md tells: engine, catalog and storage, at real addresses."""

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import TypeVar

import pytest

from tests.deployments.deployment import Deployment, Place
from tests.deployments.page import block
from tests.deployments.postgresql import PostgreSQL
from tests.deployments.rest_catalog import rest_catalog
from tests.deployments.s3 import KEY, REGION, SECRET, Store
from tests.java import quick
from tests.machine import Missing, missing

T = TypeVar("T")

_JAVA_S3 = {"io-impl": "org.apache.iceberg.aws.s3.S3FileIO", "client.region": REGION}
_FEW_TASKS = '"spark.sql.shuffle.partitions" = "2"'  # Spark's own 200 are for other sizes
_INTERPRETED = (
    # Few rows again; and what the cluster and the server compile is interpreted here.
    '"spark.sql.shuffle.partitions" = "1"',
    '"spark.sql.codegen.wholeStage" = "false"',
    '"spark.sql.codegen.factoryMode" = "NO_CODEGEN"',
)
_SECRET = {"K2_CATALOG__PROPERTIES__S3__SECRET_ACCESS_KEY": SECRET}


def enter(stack: ExitStack, service: Callable[[], AbstractContextManager[T]]) -> T:
    """Start a service. A part that is missing is the reason of a skip, or of a failure where CI is set."""
    try:
        return stack.enter_context(service())
    except Missing as part:
        missing(part)


class Settler:
    """Makes deployments in one folder.

    Args:
        request: Has the services that all tests share.
        folder: Where k2 is to be typed.
        stack: Ends the services that belong to one test.
    """

    def __init__(self, request: pytest.FixtureRequest, folder: Path, stack: ExitStack) -> None:
        self._request = request
        self._folder = folder
        self._stack = stack
        # Buckets and databases are called after the test.
        self._name = folder.name.lower().replace("_", "-")[-40:].strip("-")

    def __call__(self, engine: str, catalog: str, storage: str) -> Deployment:
        """A deployment with an empty catalog; its k2.toml is written."""
        store = self.bucket() if storage == "s3" else self.files()
        place = {"sqlite": self.sqlite, "postgresql": self.postgresql, "rest": self.rest}[catalog](store)
        self._folder.joinpath("k2.toml").write_text(f"{self.engine(engine)}\n{place.settings}", encoding="utf-8")
        return Deployment(self._folder, place, self._program(engine, catalog, storage))

    def _program(self, *kind: str) -> Path:
        """The `k2` that starts at once; with Spark, the one whose Java starts once for each kind of deployment."""
        at_once: Path = self._request.getfixturevalue("k2")
        return at_once if kind[0] == "polars" else self._request.getfixturevalue("k2_with_java")(kind)

    def files(self) -> Place:
        """A folder for tables."""
        return Place("", {"warehouse": self._folder.joinpath("warehouse").as_uri()})

    def bucket(self) -> Place:
        """A new bucket for tables."""
        store: Store = self._request.getfixturevalue("store")
        store.create(self._name)
        properties = {
            "warehouse": f"s3://{self._name}/warehouse",
            "s3.endpoint": store.endpoint,
            "s3.region": REGION,
            "s3.access-key-id": KEY,
            "s3.secret-access-key": SECRET,
            "s3.path-style-access": "true",
        }
        return Place(block("toml", "S3", {"https://s3.example.com": store.endpoint}), properties, _SECRET)

    def sqlite(self, store: Place) -> Place:
        """The catalog that needs no settings; its tables lie beside it."""
        data = self._folder / "k2-data"
        uri, warehouse = f"sqlite:///{data}/catalog.db?timeout=60", f"file://{data}/warehouse"
        return store.joined("", {"type": "sql", "uri": uri, "warehouse": warehouse})

    def postgresql(self, store: Place) -> Place:
        """A new database."""
        server: PostgreSQL = self._request.getfixturevalue("database_server")
        server.create(self._name)
        places = {
            "db.example.com/candles": f"127.0.0.1:{server.port}/{self._name}",
            "s3://candles/warehouse": store.properties["warehouse"],
        }
        uri = server.uri(self._name)
        return store.joined(block("toml", "PostgreSQL", places), {"type": "sql", "uri": uri}, {"K2_CATALOG__URI": uri})

    def rest(self, store: Place) -> Place:
        """A new catalog server; it and not k2 says where tables lie."""
        known = {**store.properties, **(_JAVA_S3 if "s3.endpoint" in store.properties else {})}
        uri = enter(self._stack, lambda: rest_catalog(self._folder, known))
        return store.joined(block("toml", "REST", {"https://catalog.example.com": uri}), {"type": "rest", "uri": uri})

    def engine(self, name: str) -> str:
        """The lines of k2.toml that choose an engine."""
        if name == "spark cluster":
            master = self._request.getfixturevalue("cluster")
            places = {
                "spark://spark.example.com:7077": master,
                '"4g"': f'"512m", {_quick("driver")}, {_quick("executor")}, {_FEW_TASKS}',
            }
            return block("toml", "Spark cluster", places)
        if name == "spark connect":
            remote = self._request.getfixturevalue("connect")
            return block("toml", "Spark Connect", {"sc://spark.example.com:15002": remote})
        if name != "spark":
            return ""
        lines = (block("toml", "Spark on this machine"), "[engines.spark.conf]", _quick("driver"), *_INTERPRETED)
        return "\n".join(lines)


def _quick(process: str) -> str:
    """The line that lets the driver or the executors start quickly."""
    return f'"spark.{process}.extraJavaOptions" = "{quick()}"'
