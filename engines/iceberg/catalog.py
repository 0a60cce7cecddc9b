"""Opens our tables through a catalog, and translates errors of the catalog into ours."""

import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import ValidationError as ModelError
from pyiceberg.catalog import Catalog, load_catalog
from pyiceberg.exceptions import (
    CommitFailedException,
    CommitStateUnknownException,
    NoSuchNamespaceError,
    NoSuchTableError,
    NotInstalledError,
    ServerError,
    ServiceUnavailableError,
    UnauthorizedError,
    ValidationError,
    ValidationException,
)
from pyiceberg.table import Table

from engines.domain.decimals import SCALE, Scale
from engines.domain.identity import KEY_IDENTITY, Identity
from engines.domain.requests import CatalogConfig, TradesConfig
from engines.domain.tables import TableNames
from engines.domain.timeframe import Timeframe
from engines.domain.watermark import KEY_SOURCE_UUID
from engines.errors import CommitStateUnknown, Conflict, K2Error, TableMissing, Unavailable, UsageError
from engines.iceberg.lost_files import lost_metadata
from engines.iceberg.mending import mend_pyiceberg
from engines.iceberg.scale import candle_scale, source_scale
from engines.iceberg.waiting import awaited_of, tell_of_stores, tell_waits, telling

_LOCKED = ("database is locked", "database table is locked", "could not serialize", "deadlock detected")

_CHECK = "check [catalog] with k2 config show --origin"
_NONE = "name your table ([trades] table), or make one: k2 ohlcv create-tables --with-trades"
_UNKNOWN = "a column of a type that is not known has to go, even if it is not used, such as variant"
_DAMAGED = "restore the newest metadata file in the table's folder metadata/, or register the one before it"
_GONE = (
    "candles have been made from it: was it dropped, renamed or moved? name it ([trades] table), or register its last"
    " metadata file again; an empty table in its place would have lost all trades"
)


class Tables:
    """Opens the tables of one catalog.

    Args:
        config: Name and properties of the catalog.
        names: Names of the tables.
        trades: How the source table is read as trades.
        chosen_scale: The scale that the settings name.
    """

    def __init__(
        self, config: CatalogConfig, names: TableNames, trades: TradesConfig, chosen_scale: Scale | None = None
    ) -> None:
        self.config = config
        self.names = names
        self.trades = trades
        self.chosen_scale = chosen_scale

    @cached_property
    def catalog(self) -> Catalog:
        """The catalog, connected on first use.

        Raises:
            UsageError: No catalog can be made from the properties.
            Unavailable: The catalog does not answer.
        """
        from sqlalchemy.exc import NoSuchModuleError

        mend_pyiceberg()
        tell_of_stores()
        properties = dict(self.config.properties)
        _make_room(properties)
        awaited = awaited_of(properties)
        with catalog_errors(f"catalog {self.config.name}"), telling(awaited):
            try:
                catalog = load_catalog(self.config.name, **properties)
            except (ImportError, NoSuchModuleError, NotInstalledError) as error:
                hint = _driver(properties, error)
                raise UsageError(f"catalog {self.config.name}: {error.__cause__ or error}", hint=hint) from error
            except (ValueError, TypeError) as error:
                raise UsageError(f"catalog {self.config.name}: {error}", hint=_CHECK) from error
        tell_waits(catalog, awaited)
        return catalog

    def close(self) -> None:
        """Close the catalog's connections; the next use connects again."""
        catalog = self.__dict__.pop("catalog", None)
        if catalog is not None:
            catalog.close()

    def find(self, name: str) -> Table | None:
        """Load the table with this full name; None if it does not exist.

        Raises:
            UsageError: Its metadata is damaged, or holds what PyIceberg does not know: a column of type variant.
        """
        with catalog_errors(f"table {name}"):
            try:
                return self.catalog.load_table(name)
            except (NoSuchTableError, NoSuchNamespaceError):
                return None
            except FileNotFoundError as error:
                raise lost_metadata(name, error, self.names, self.config.properties) from error
            except (ValidationError, ValueError, EOFError, zlib.error) as error:
                if "filesystem type" in str(error):
                    raise  # told by `catalog_errors`
                raise UsageError(
                    f"table {name} has metadata that PyIceberg cannot read: {_reason(error)}",
                    hint=_UNKNOWN if "nsupported" in str(error) else _DAMAGED,
                ) from error

    def source(self) -> Table:
        """Load the source table. Raises TableMissing if it does not exist."""
        table = self.find(self.names.source)
        if table is None:
            missing = TableMissing(self.names.source)
            missing.hint = _GONE if self._has_candles() else _NONE
            raise missing
        return table

    def _has_candles(self) -> bool:
        """Whether candles were made from a source: then there was one."""
        found = (self.find(self.names.target(timeframe)) for timeframe in self.names.timeframes)
        return any(table is not None and KEY_SOURCE_UUID in table.properties for table in found)

    def identity(self, source: Table) -> Identity:
        """What the trades of the source table are told apart by.

        Raises:
            UsageError: The table records an identity that this version does not know.
        """
        if self.trades.mapping.without_ids:
            return Identity.NONE
        recorded = source.properties.get(KEY_IDENTITY, Identity.ID_TIME.value)
        if self.trades.identity is not None:
            return self.trades.identity
        if recorded not in [*Identity]:
            raise UsageError(
                f"table {self.names.source} records {KEY_IDENTITY} = {recorded!r}, which this version does not know",
                hint=f"update k2, or choose one: [trades] identity = {' or '.join(map(repr, Identity))}",
            )
        return Identity(recorded)

    def scale(self) -> Scale:
        """The scale of the candle tables; if there are none, the one that they would be made with."""
        for timeframe in self.names.timeframes:
            table = self.find(self.names.target(timeframe))
            if table is not None:
                return candle_scale(table)
        return self.chosen_scale or source_scale(self.find(self.names.source)) or SCALE

    def target(self, timeframe: Timeframe) -> Table:
        """Load the candle table of a timeframe. Raises TableMissing if it does not exist."""
        name = self.names.target(timeframe)
        table = self.find(name)
        if table is None:
            raise TableMissing(name)
        return table


def _driver(properties: Mapping[str, str], error: Exception) -> str:
    """What to do where the library is not there that a catalog is reached by."""
    dialect = properties.get("uri", "").partition("://")[0]
    if dialect == "postgresql+pg8000":
        return "pip install 'k2-ohlcv[postgres]'"
    if dialect.partition("+")[0] in {"postgresql", "postgres"}:
        return "write postgresql+pg8000://… in [catalog] uri, and: pip install 'k2-ohlcv[postgres]'"
    return "install what it names beside k2-ohlcv" if isinstance(error, NotInstalledError) else _CHECK


def _make_room(properties: dict[str, str]) -> None:
    """Create the folder of a SQLite catalog; SQLite creates only the file."""
    uri = urlsplit(properties.get("uri", ""))
    if uri.scheme.startswith("sqlite") and len(uri.path) > 1:
        folder = Path(uri.path[1:]).parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Unavailable(
                f"the catalog's folder {folder} cannot be made: {error.strerror}", hint="check [catalog] uri"
            ) from error


@contextmanager
def catalog_errors(what: str) -> Iterator[None]:
    """Translate errors of the catalog, database and storage libraries into ours, naming the operation that failed."""
    from sqlalchemy.exc import DBAPIError, SQLAlchemyError

    try:
        yield
    except K2Error:
        raise
    except (CommitFailedException, ValidationException) as error:
        raise Conflict(f"{what}: somebody else committed first", hint="run the command again") from error
    except CommitStateUnknownException as error:
        raise CommitStateUnknown(f"{what}: the answer to the commit was lost ({error})") from error
    except (DBAPIError, SQLAlchemyError) as error:
        raise _database_error(what, _database_text(error)) from error
    except (ServerError, ServiceUnavailableError, UnauthorizedError, OSError) as error:
        raise Unavailable(f"{what}: {_brief(error)}", hint="check [catalog] and the storage") from error
    except NotInstalledError as error:
        raise UsageError(f"{what}: {error}", hint="install what it names beside k2-ohlcv") from error
    except ValueError as error:
        if "filesystem type" not in str(error):
            raise
        raise UsageError(f"{what}: {error}", hint="check [catalog] warehouse: file:///…, s3://…, gs://…") from error


def _reason(error: Exception) -> str:
    """What is wrong with metadata, without the list of where and how it was looked at."""
    cause = error.__cause__
    return str(cause.errors()[0]["msg"]) if isinstance(cause, ModelError) else str(error)


def _database_text(error: Exception) -> str:
    """The message of a database error; pg8000 passes PostgreSQL's error as fields, of which M is the message."""
    original = getattr(error, "orig", None) or error
    fields = original.args[0] if original.args else ""
    return str(fields["M"]) if isinstance(fields, dict) and "M" in fields else str(original).splitlines()[0]


def _database_error(what: str, text: str) -> K2Error:
    """The error that a message from the database of a SQL catalog means."""
    if any(sign in text.lower() for sign in _LOCKED):
        return Conflict(f"{what}: the catalog is locked by another process ({text})", hint="try again")
    if "file is not a database" in text:
        return UsageError(f"{what}: the catalog's file is not a SQLite database", hint="check [catalog] uri")
    return Unavailable(f"{what}: the catalog does not answer ({text})", hint="check [catalog] uri")


def _brief(error: Exception) -> str:
    """The reason of an error on one line; an HTTP client's own text lists all its retries."""
    request = getattr(error, "request", None)
    if isinstance(error, ConnectionError) or type(error).__name__ == "ConnectionError":
        where = urlsplit(getattr(request, "url", None) or "").netloc
        return f"no connection to {where}" if where else "no connection"
    return (str(error).splitlines() or [type(error).__name__])[0]
