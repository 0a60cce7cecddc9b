"""One section of settings opens the same catalog for PyIceberg and for Spark."""

import pytest

from engines.errors import UsageError
from engines.spark.catalog import catalog_conf, jdbc_driver, uses_s3

PREFIX = "spark.sql.catalog.k2"


def conf(**properties: str) -> dict[str, str]:
    made = catalog_conf("k2", {key.replace("__", "."): value for key, value in properties.items()})
    assert made.pop(PREFIX) == "org.apache.iceberg.spark.SparkCatalog"
    assert made.pop(f"{PREFIX}.cache-enabled") == "false"
    return {key.removeprefix(f"{PREFIX}."): value for key, value in made.items()}


def test_sqlite_waits_for_the_lock_as_sqlalchemy_does() -> None:
    made = conf(type="sql", uri="sqlite:////srv/k2/catalog.db?timeout=60", warehouse="file:///srv/k2/warehouse")

    assert made == {
        "type": "jdbc",
        "uri": "jdbc:sqlite:/srv/k2/catalog.db?busy_timeout=60000",
        "jdbc.schema-version": "V1",
        "warehouse": "file:///srv/k2/warehouse",
    }


def test_a_password_stands_apart_from_the_address() -> None:
    made = conf(type="sql", uri="postgresql+pg8000://k2:p%40ss@db.example.com:5433/candles?sslmode=require")

    assert made["uri"] == "jdbc:postgresql://db.example.com:5433/candles?sslmode=require"
    assert (made["jdbc.user"], made["jdbc.password"]) == ("k2", "p@ss")


def test_a_rest_catalog_keeps_its_properties() -> None:
    made = conf(uri="https://catalog.example.com", warehouse="candles", credential="id:secret", scope="PRINCIPAL")

    assert made == {
        "type": "rest",
        "uri": "https://catalog.example.com",
        "warehouse": "candles",
        "credential": "id:secret",
        "scope": "PRINCIPAL",
    }


def test_one_map_of_s3_properties_serves_both() -> None:
    made = conf(
        type="rest",
        uri="http://127.0.0.1:1",
        s3__endpoint="http://127.0.0.1:2",
        s3__region="eu-central-1",
        **{"s3.access-key-id": "key", "s3.secret-access-key": "secret"},
    )

    assert made["io-impl"] == "org.apache.iceberg.aws.s3.S3FileIO"
    assert made["client.region"] == "eu-central-1"
    assert made["s3.path-style-access"] == "true"
    assert (made["s3.access-key-id"], made["s3.secret-access-key"]) == ("key", "secret")


def test_amazons_own_store_is_addressed_by_host() -> None:
    assert "s3.path-style-access" not in conf(type="glue", warehouse="s3://bucket/warehouse")


@pytest.mark.parametrize(
    ("properties", "words"),
    [({"type": "dynamodb"}, "type dynamodb"), ({"type": "sql", "uri": "mysql://host/db"}, "SQL catalog in mysql")],
)
def test_what_spark_cannot_open_is_said_with_a_way_out(properties: dict[str, str], words: str) -> None:
    with pytest.raises(UsageError, match=words) as refused:
        catalog_conf("k2", properties)
    assert refused.value.hint


def test_the_driver_of_the_catalogs_database() -> None:
    assert jdbc_driver({"type": "sql", "uri": "postgresql+pg8000://host/db"}) == "postgresql"
    assert jdbc_driver({"uri": "sqlite:////x.db"}) == "sqlite"
    assert jdbc_driver({"type": "rest", "uri": "http://host"}) == ""


def test_s3_is_known_by_the_warehouse_or_by_its_properties() -> None:
    assert uses_s3({"warehouse": "s3://bucket"})
    assert uses_s3({"s3.endpoint": "http://host"})
    assert not uses_s3({"warehouse": "file:///data"})
