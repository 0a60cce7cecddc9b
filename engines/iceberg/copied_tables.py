"""A copied project: its catalog names the files of the original, which both would change and delete."""

from collections.abc import Iterator
from pathlib import Path

from pyiceberg.catalog.sql import SqlCatalog
from sqlalchemy import text

from engines.errors import Refused
from engines.iceberg.catalog import Tables, catalog_errors
from engines.iceberg.lost_files import below_warehouse, local_warehouse

_LOCATIONS = text(
    "SELECT metadata_location FROM iceberg_tables WHERE catalog_name = :catalog AND table_namespace = :name"
)


def refuse_copy(tables: Tables) -> None:
    """Refuse to write where the tables lie in another warehouse than the catalog's, which has copies of them.

    Only copies of catalogs in a file and of warehouses on this machine can be told: a copy takes both along.

    Raises:
        Refused: They do.
    """
    here = local_warehouse(tables.config.properties)
    if here is None or not isinstance(tables.catalog, SqlCatalog):
        return
    for path in _metadata_files(tables, tables.catalog):
        there, tail = below_warehouse(path)
        copy = here / tail
        if here not in path.parents and path.exists() and copy.exists() and not path.samefile(copy):
            raise Refused(
                f"this is a copy of a project: its catalog names the tables in {there}, and they are in {here}, too;"
                " whatever is written or pruned here would spoil the original",
                hint=f'work there; or, if that catalog is given up, [catalog] warehouse = "{there}"; or remove'
                f" {here.parent} and make tables of this folder's own: k2 ohlcv create-tables",
            )


def _metadata_files(tables: Tables, catalog: SqlCatalog) -> Iterator[Path]:
    """The metadata files of the tables in our namespace that lie on this machine."""
    wanted = {"catalog": catalog.name, "name": tables.names.namespace}
    with catalog_errors(f"catalog {catalog.name}"), catalog.engine.connect() as connection:
        found = [location for (location,) in connection.execute(_LOCATIONS, wanted)]
    for location in found:
        if location and location.startswith(("file:", "/")):
            yield Path("/" + location.removeprefix("file:").lstrip("/"))
