"""Where a table lies by a SQL catalog, asked by a statement that is put together once.

PyIceberg 0.12 puts it together anew, through SQLAlchemy's mapper of objects, whenever it loads a table, which took two
thirds of the time of loading a small one; a run loads a dozen.
"""

from pyiceberg.catalog import Catalog
from pyiceberg.catalog.sql import ICEBERG_TABLE_TYPE, IcebergTables, SqlCatalog
from pyiceberg.exceptions import NoSuchTableError
from pyiceberg.table import Table
from pyiceberg.typedef import Identifier
from sqlalchemy import bindparam, select

_OF_TABLE = (IcebergTables.table_namespace, IcebergTables.table_name, IcebergTables.metadata_location)
_BY_NAME = select(*(column.label(column.key) for column in _OF_TABLE)).where(
    IcebergTables.catalog_name == bindparam("catalog"),
    IcebergTables.table_namespace == bindparam("namespace"),
    IcebergTables.table_name == bindparam("name"),
)
_NO_VIEWS = _BY_NAME.where((IcebergTables.iceberg_type == ICEBERG_TABLE_TYPE) | IcebergTables.iceberg_type.is_(None))


def look_up_quickly() -> None:
    """Let SQL catalogs find tables by our statements."""
    setattr(SqlCatalog, "load_table", _load_table)  # noqa: B010 - a method of another library's class


def _load_table(catalog: SqlCatalog, identifier: str | Identifier) -> Table:
    namespace, name = (
        Catalog.namespace_to_string(Catalog.namespace_from(identifier)),
        Catalog.table_name_from(identifier),
    )
    statement = _NO_VIEWS if catalog._schema_version == "v1" else _BY_NAME  # noqa: SLF001 - older ones tell no views
    with catalog.engine.connect() as connection:
        found = connection.execute(statement, {"catalog": catalog.name, "namespace": namespace, "name": name}).first()
    if found is None:
        raise NoSuchTableError(f"Table does not exist: {namespace}.{name}")
    return catalog._convert_orm_to_iceberg(found)  # type: ignore[arg-type]  # noqa: SLF001 - it reads these columns
