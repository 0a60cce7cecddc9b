"""The services that deployments consist of, each started when a test first asks for it and ended with the session."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.deployments.deployment import Deployment
from tests.deployments.postgresql import PostgreSQL, postgresql
from tests.deployments.s3 import Store, s3_store
from tests.deployments.settlement import Settler, enter
from tests.deployments.spark import spark_cluster, spark_connect
from tests.prefork import prefork


@pytest.fixture(scope="session")
def services() -> Iterator[ExitStack]:
    """Ends what the tests have started, the last one first."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture(scope="session")
def database_server(services: ExitStack) -> PostgreSQL:
    """A PostgreSQL server without databases."""
    return enter(services, postgresql)


@pytest.fixture(scope="session")
def store(services: ExitStack, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """An S3 store without buckets."""
    folder = tmp_path_factory.mktemp("s3")
    return enter(services, lambda: s3_store(folder))


@pytest.fixture(scope="session")
def cluster(services: ExitStack, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of the master of a Spark cluster."""
    folder = tmp_path_factory.mktemp("cluster")
    return enter(services, lambda: spark_cluster(folder))


@pytest.fixture(scope="session")
def connect(services: ExitStack, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a Spark Connect server."""
    folder = tmp_path_factory.mktemp("connect")
    return enter(services, lambda: spark_connect(folder))


@pytest.fixture(scope="module")
def k2_with_java(nightly: bool) -> Iterator[Callable[[tuple[str, ...]], Path]]:
    """The program `k2` for deployments of one kind on Spark: Java starts once for all their commands.

    At night it is the installed one, which starts Java for each.
    """
    with ExitStack() as stack:

        @cache
        def program(_: tuple[str, ...]) -> Path:
            if nightly:
                return Path(sys.executable).with_name("k2")
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="k2-")))
            return stack.enter_context(prefork(folder, os.environ, forks=False))

        yield program


@pytest.fixture
def settle(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str, str, str], Deployment]]:
    """Makes a deployment of an engine, a catalog and a storage."""
    with ExitStack() as stack:
        yield Settler(request, tmp_path, stack)
