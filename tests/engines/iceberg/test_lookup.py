"""A table is found by its name in SQL catalogs of each form, and nothing else is."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from pyiceberg.catalog import Catalog, load_catalog
from pyiceberg.exceptions import NoSuchTableError
from pyiceberg.schema import Schema
from pyiceberg.types import IntegerType, NestedField

from engines.iceberg.mending import mend_pyiceberg

DAYS = Schema(NestedField(1, "day", IntegerType(), required=True))


def opened(folder: Path, name: str = "k2") -> Catalog:
    mend_pyiceberg()
    return load_catalog(name, type="sql", uri=f"sqlite:///{folder}/catalog.db", warehouse=folder.as_uri())


def changed(folder: Path, statement: str) -> None:
    with closing(sqlite3.connect(folder / "catalog.db")) as connection, connection:
        connection.execute(statement)


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    """A catalog with tables in two namespaces, one of them nested."""
    catalog = opened(tmp_path)
    for namespace in ("one", "one.two"):
        catalog.create_namespace(namespace)
        catalog.create_table(f"{namespace}.days", DAYS)
    return catalog


def test_a_table_is_that_of_its_namespace(catalog: Catalog) -> None:
    outer, inner = (catalog.load_table(name) for name in ("one.days", ("one", "two", "days")))

    assert (outer.name(), inner.name()) == (("one", "days"), ("one", "two", "days"))
    assert outer.schema() == inner.schema() == DAYS
    assert outer.metadata.table_uuid != inner.metadata.table_uuid
    assert outer.refresh().metadata == outer.metadata


def test_what_is_not_there_is_named(catalog: Catalog, tmp_path: Path) -> None:
    for known, name in ((catalog, "one.weeks"), (catalog, "two.days"), (opened(tmp_path, "other"), "one.days")):
        with pytest.raises(NoSuchTableError, match=f"does not exist: {name}"):
            known.load_table(name)


def test_a_view_is_no_table(catalog: Catalog, tmp_path: Path) -> None:
    changed(tmp_path, "UPDATE iceberg_tables SET iceberg_type = 'VIEW' WHERE table_namespace = 'one'")
    changed(tmp_path, "UPDATE iceberg_tables SET iceberg_type = NULL WHERE table_namespace = 'one.two'")
    with pytest.raises(NoSuchTableError):
        catalog.load_table("one.days")

    assert catalog.load_table("one.two.days").schema() == DAYS


def test_catalogs_from_before_there_were_views_are_read(catalog: Catalog, tmp_path: Path) -> None:
    catalog.close()
    changed(tmp_path, "ALTER TABLE iceberg_tables DROP COLUMN iceberg_type")

    assert opened(tmp_path).load_table("one.days").schema() == DAYS
