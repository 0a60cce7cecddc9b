"""The settings and their types. Secrets are `SecretStr`: neither `repr` nor an error shows them."""

from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings import PydanticBaseSettingsSource as Place

from engines.base import CatalogConfig, EngineConfig
from engines.domain.changes import RemovedTrades
from engines.domain.tables import TableNames
from engines.domain.timeframe import DAY, DEFAULT_TIMEFRAMES, Timeframe
from engines.errors import CatalogMissing
from k2cli.language.redaction import secrets_in_uri
from k2cli.settings.locations import local_folder, sqlite_file
from k2cli.settings.options import EnginesSettings
from k2cli.settings.timeframes import LagSettings, RetentionSettings, Timeframes, durations_of, stored_timeframe
from k2cli.settings.values import (
    Duration,
    Filled,
    Identifier,
    OptionalDuration,
    OptionalPath,
    Properties,
    Section,
    Uri,
    reveal,
    word_none,
)

CatalogType = Literal["sql", "rest", "hive", "glue", "dynamodb", "bigquery"]
"""The catalogs of PyIceberg that outlive a process."""

_NEEDS_URI = ("sql", "rest", "hive")

RUN_LOG = "runs.ndjson"

PLACES: ContextVar[Callable[[type[BaseSettings]], Iterable[Place]]] = ContextVar("PLACES")
"""Makes the places below the flags, the first wins. pydantic-settings asks the class for them, but folder and
variables differ from call to call."""


class CatalogSettings(Section):
    """Where the tables are.

    Attributes:
        name: Name of the catalog, the same for every engine.
        type: sql, rest, hive, glue, dynamodb or bigquery; guessed from the uri when not set.
        uri: Its address; a `SecretStr` when it holds a password.
        warehouse: Where the files lie.
        properties: What else PyIceberg is to know: ``s3.endpoint`` …; secret ones are `SecretStr`.
    """

    name: Filled = "k2"
    type: CatalogType | None = None
    uri: Uri = None
    warehouse: Filled | None = None
    properties: Properties = Field(default_factory=dict)

    @model_validator(mode="after")
    def _has_address(self) -> Self:
        if self.type in _NEEDS_URI and self.uri is None and "uri" not in self.properties:
            raise ValueError(f"a catalog of type {self.type} needs a uri")
        return self

    def revealed(self) -> dict[str, str]:
        """PyIceberg's properties, secrets in the clear."""
        named = {"type": self.type, "uri": self.uri, "warehouse": self.warehouse}
        return {k: reveal(v) for k, v in (*named.items(), *self.properties.items()) if v is not None}


class TablesSettings(Section):
    """Which tables there are, and what they are called.

    Attributes:
        namespace: The Iceberg namespace of all tables.
        trades: The source table.
        candles: Prefix of the candle tables.
        timeframes: Timeframes that have a table.
    """

    namespace: Annotated[str, Field(min_length=1, pattern=r"^[A-Za-z_][A-Za-z0-9_.]*$")] = "market_data"
    trades: Identifier = "gold_crypto_trades"
    candles: Identifier = "gold_ohlcv"
    timeframes: Timeframes = DEFAULT_TIMEFRAMES


class TradesSettings(Section):
    """How the source loses trades.

    Attributes:
        removed: What to do with candles whose trades have gone: refuse, recompute or keep.
        retention: Microseconds after which the source drops trades: older candles are frozen. None: it drops none.
    """

    removed: RemovedTrades = RemovedTrades.REFUSE
    retention: OptionalDuration = None


class SnapshotsSettings(Section):
    """Which snapshots of the candle tables `prune` leaves; tags and branches it always does.

    Attributes:
        keep: So many of the newest.
        keep_age: And those younger than so many microseconds.
    """

    keep: Annotated[int, Field(ge=1)] = 10
    keep_age: Duration = 5 * DAY


class RunsSettings(Section):
    """What runs leave behind for those who did not look on.

    Attributes:
        log: The run log; ``auto``: see `Settings.run_log`; None: no run log.
        log_size: Bytes at which the run log is put aside and a new one begun.
        log_keep: So many of those put aside are kept.
        metrics: The file that tells Prometheus; None: none.
    """

    log: OptionalPath = "auto"
    log_size: Annotated[int, Field(ge=1)] = 10_000_000
    log_keep: Annotated[int, Field(ge=1)] = 5
    metrics: OptionalPath = None


class LineageSettings(Section):
    """Where OpenLineage events of a run go.

    Attributes:
        transport: An http(s) address or a file; None: nowhere, unless the ``OPENLINEAGE_*`` variables say where.
        namespace: The namespace of our jobs.
    """

    transport: Annotated[Uri, BeforeValidator(word_none)] = None
    namespace: Filled = "k2"


class Settings(BaseSettings):
    """All settings.

    Attributes:
        engine: Name of the engine.
        grace: Microseconds after its end before a window counts as closed.
        catalog: Where the tables are.
        tables: What they are called.
        trades: How the source loses trades.
        retention: How long candles are kept.
        snapshots: Which snapshots are kept.
        lag: How far a table may be behind.
        engines: What only one engine understands, by engine.
        runs: What runs leave behind.
        lineage: Where lineage goes.
    """

    model_config = SettingsConfigDict(
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        env_prefix="K2_",
        env_nested_delimiter="__",
        env_nested_max_split=2,  # a property's own name may hold the delimiter
        enable_decoding=False,  # a password that looks like JSON stays what it is
    )

    engine: Filled = "polars"
    grace: Duration = 0
    catalog: CatalogSettings = CatalogSettings()
    tables: TablesSettings = TablesSettings()
    trades: TradesSettings = TradesSettings()
    retention: RetentionSettings = RetentionSettings()
    snapshots: SnapshotsSettings = SnapshotsSettings()
    lag: LagSettings = LagSettings()
    engines: EnginesSettings = EnginesSettings()
    runs: RunsSettings = RunsSettings()
    lineage: LineageSettings = LineageSettings()

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: Place, *_: Place, **__: Place
    ) -> tuple[Place, ...]:
        """The flags, then the places that `load_settings` looks at."""
        return init_settings, *PLACES.get()(settings_cls)

    def engine_config(self, version: str) -> EngineConfig:
        """What an engine is opened with."""
        names = TableNames(**dict(self.tables))
        catalog = CatalogConfig(name=self.catalog.name, properties=self.catalog.revealed())
        options = self.engines.of(self.engine).revealed()
        return EngineConfig(catalog=catalog, names=names, version=version, options=options)

    def timeframes(self, names: Iterable[str] | None = None) -> tuple[Timeframe, ...]:
        """Timeframes of the candle tables that a command is about.

        Args:
            names: As typed; none: every table.

        Raises:
            UsageError: No table has such a timeframe.
        """
        stored = self.tables.timeframes
        return tuple(dict.fromkeys(stored_timeframe(name, stored) for name in names or ())) or stored

    def retentions(self) -> dict[Timeframe, int]:
        """Microseconds that candles are kept, for the tables that are not kept for ever."""
        return durations_of(self.tables.timeframes, self.retention)

    def lags(self) -> dict[Timeframe, int]:
        """Microseconds that a table may be behind, for the tables that have a limit."""
        return durations_of(self.tables.timeframes, self.lag)

    def secrets(self) -> set[str]:
        """Every secret text, for error messages to be cleaned of."""
        found = {reveal(v) for v in self.catalog.properties.values() if isinstance(v, SecretStr)}
        found |= self.engines.secrets()
        for value in self.catalog.revealed().values():
            found |= secrets_in_uri(value)
        return found | secrets_in_uri(reveal(self.lineage.transport or ""))

    def run_log(self) -> Path | None:
        """The run log: beside a local catalog, where all of that project lies; else with the user's state files."""
        if self.runs.log != "auto":
            return None if self.runs.log is None else Path(self.runs.log)
        catalog, _ = self.local_paths()
        if catalog is not None:
            return catalog.parent / RUN_LOG
        import platformdirs

        return platformdirs.user_state_path("k2") / RUN_LOG

    def refuse_absent_catalog(self) -> None:
        """Raise CatalogMissing where SQLite would make an empty catalog, as it does where a path was mistyped."""
        database, _ = self.local_paths()
        if database is not None and not database.exists():
            raise CatalogMissing(
                f"there is no catalog at {database}",
                hint="run k2 ohlcv create-tables, or go to the folder of your k2.toml (or name it: --config FILE)",
            )

    def local_paths(self) -> tuple[Path | None, Path | None]:
        """The SQLite file and the warehouse folder, where they are on this machine."""
        properties = self.catalog.revealed()
        return sqlite_file(properties.get("uri", "")), local_folder(properties.get("warehouse", ""))


SECTIONS: Mapping[str, Any] = {
    name: field.annotation for name, field in Settings.model_fields.items() if isinstance(field.default, BaseModel)
}
"""The sections by name, as types."""
