"""Translation of PyIceberg's catalog properties into Spark configuration: one section of settings serves both."""

from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl, unquote, urlsplit

from engines.errors import UsageError

ICEBERG_CATALOG = "org.apache.iceberg.spark.SparkCatalog"
S3_IO = "org.apache.iceberg.aws.s3.S3FileIO"

_TYPES = {"sql": "jdbc", "rest": "rest", "hive": "hive", "glue": "glue"}
_KEPT_BY_PYICEBERG = ("type", "uri", "warehouse", "py-io-impl", "py-catalog-impl", "echo", "pool_pre_ping")
_SQLITE_WAIT = "busy_timeout=60000"
"""How long a writer waits for SQLite's lock, in milliseconds; corresponds to `?timeout=60` for SQLAlchemy."""


def catalog_conf(name: str, properties: Mapping[str, str]) -> dict[str, str]:
    """The Spark configuration for the catalog that PyIceberg's properties describe, under the same name.

    Raises:
        UsageError: Spark cannot open a catalog of this type, or the database of this SQL catalog.
    """
    kind = properties.get("type") or _guessed(properties.get("uri", ""))
    if kind not in _TYPES:
        raise UsageError(
            f"catalog {name}: Spark cannot open a catalog of type {kind}",
            hint=f"set [catalog] type to one of {', '.join(_TYPES)}",
        )
    renamed = {
        spark: value
        for key, value in properties.items()
        if key not in _KEPT_BY_PYICEBERG
        for spark in _RENAMED.get(key, (key,))
    }
    own = _address(kind, properties) | _storage(properties) | renamed
    # With the cache, the session could see an older state of a table.
    own |= {"type": _TYPES[kind], "cache-enabled": "false"}
    prefix = f"spark.sql.catalog.{name}"
    return {prefix: ICEBERG_CATALOG} | {f"{prefix}.{key}": value for key, value in sorted(own.items())}


_RENAMED = {"s3.region": ("s3.region", "client.region"), "s3.force-virtual-addressing": ()}
"""Properties of PyIceberg that have other names, or none, in Iceberg's Java library."""


def jdbc_driver(properties: Mapping[str, str]) -> str:
    """The kind of database of a SQL catalog: sqlite, postgresql, …; empty for other catalogs."""
    scheme = urlsplit(properties.get("uri", "")).scheme.partition("+")[0]
    return {"postgres": "postgresql"}.get(scheme, scheme) if _is_sql(properties) else ""


def uses_s3(properties: Mapping[str, str]) -> bool:
    """Whether data files may be in S3: the warehouse is there, or a property starts with ``s3.``."""
    place = urlsplit(properties.get("warehouse", "")).scheme
    return place in ("s3", "s3a") or any(key.startswith("s3.") for key in properties)


def _is_sql(properties: Mapping[str, str]) -> bool:
    return (properties.get("type") or _guessed(properties.get("uri", ""))) == "sql"


def _guessed(uri: str) -> str:
    """The catalog type that PyIceberg infers from the URI where no type is set."""
    scheme = urlsplit(uri).scheme.partition("+")[0]
    if scheme in ("http", "https"):
        return "rest"
    return (
        "hive" if scheme == "thrift" else "sql" if scheme in ("sqlite", "postgresql", "postgres") else scheme or "rest"
    )


def _address(kind: str, properties: Mapping[str, str]) -> dict[str, str]:
    address = {"warehouse": properties["warehouse"]} if "warehouse" in properties else {}
    uri = properties.get("uri", "")
    if kind != "sql":
        return address | ({"uri": uri} if uri else {})
    database = jdbc_driver(properties)
    if database not in _JDBC:
        raise UsageError(
            f"Spark cannot open a SQL catalog in {database}", hint="use sqlite, postgresql, or type = rest"
        )
    return address | _JDBC[database](uri) | {"jdbc.schema-version": "V1"}


def _sqlite(uri: str) -> dict[str, str]:
    """The JDBC properties of ``sqlite:////absolute?timeout=60``."""
    path = uri.partition("://")[2].partition("?")[0].removeprefix("/")
    return {"uri": f"jdbc:sqlite:{path}?{_SQLITE_WAIT}"}


def _postgresql(uri: str) -> dict[str, str]:
    """The JDBC properties of ``postgresql+driver://user:password@host:port/database?…``, the login not in the URI."""
    parts = urlsplit(uri)
    host = parts.netloc.rpartition("@")[2]
    known = {key: value for key, value in parse_qsl(parts.query) if key in ("sslmode", "sslrootcert")}
    address = f"jdbc:postgresql://{host}{parts.path}" + "".join(
        f"{'?' if i == 0 else '&'}{key}={value}" for i, (key, value) in enumerate(known.items())
    )
    login = {"jdbc.user": parts.username, "jdbc.password": parts.password}
    return {"uri": address} | {key: unquote(value) for key, value in login.items() if value is not None}


_JDBC: dict[str, Callable[[str], dict[str, str]]] = {"sqlite": _sqlite, "postgresql": _postgresql}


def _storage(properties: Mapping[str, str]) -> dict[str, str]:
    if not uses_s3(properties):
        return {}
    virtual = properties.get("s3.force-virtual-addressing", "false").lower() == "true"
    # S3-compatible stores need path-style access, which PyIceberg uses by default where an endpoint is set.
    path_style = {"s3.path-style-access": "true"} if "s3.endpoint" in properties and not virtual else {}
    return {"io-impl": S3_IO} | path_style
