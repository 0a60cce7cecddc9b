"""Servers that are not there, or let nobody in: exit 6, a sentence that says where, and no secret."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import make_url

from tests.deployments.deployment import Deployment
from tests.deployments.service import free_port

pytestmark = pytest.mark.services

Settle = Callable[[str, str, str], Deployment]


def told(k2: Deployment, line: str, **variables: str) -> str:
    """What a command says on stderr that cannot reach a server."""
    place = replace(k2.place, variables={**k2.place.variables, **variables})
    return replace(k2, place=place).refused(line, code=6)


def test_a_database_that_is_not_there(settle: Settle) -> None:
    k2 = settle("polars", "postgresql", "files")
    port = free_port()

    said = told(k2, "ohlcv status", K2_CATALOG__URI=f"postgresql+pg8000://k2:hunter22@127.0.0.1:{port}/x")

    assert "127.0.0.1" in said
    assert str(port) in said
    assert "hunter22" not in said


def test_a_database_that_does_not_know_the_password(settle: Settle) -> None:
    k2 = settle("polars", "postgresql", "files")
    uri = make_url(k2.place.variables["K2_CATALOG__URI"]).set(password="hunter22")  # noqa: S106 - the wrong one

    said = told(k2, "ohlcv status", K2_CATALOG__URI=uri.render_as_string(hide_password=False))

    assert '(password authentication failed for user "k2")' in said
    assert "hunter22" not in said


def test_a_store_that_is_not_there(settle: Settle) -> None:
    k2 = settle("polars", "postgresql", "s3")
    k2("ohlcv create-tables --with-trades")
    endpoint = f"http://127.0.0.1:{free_port()}"

    for line in ("ohlcv aggregate", "trades generate --trades 5 --symbols 1 --seed 7"):
        said = told(k2, line, K2_CATALOG__PROPERTIES__S3__ENDPOINT=endpoint)

        assert endpoint.removeprefix("http://") in said


def test_a_store_without_the_bucket(settle: Settle) -> None:
    k2 = settle("polars", "postgresql", "s3")

    said = told(k2, "ohlcv create-tables", K2_CATALOG__WAREHOUSE="s3://nowhere/warehouse")

    assert "nowhere" in said


def test_a_catalog_server_that_is_not_there(settle: Settle) -> None:
    k2 = settle("polars", "rest", "files")
    port = free_port()

    said = told(k2, "ohlcv status", K2_CATALOG__URI=f"http://127.0.0.1:{port}")

    assert f"no connection to 127.0.0.1:{port}" in said
