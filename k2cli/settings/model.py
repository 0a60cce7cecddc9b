"""The settings and their types. Secrets are `SecretStr`, so that neither `repr` nor an error message shows them."""

from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings import PydanticBaseSettingsSource as Place

from engines.base import CatalogConfig, EngineConfig, TradesConfig
from engines.domain.identity import Identity
from engines.domain.losses import REMOVED_LIMIT, RemovedTrades
from engines.domain.mapping import Inexact, SourceMapping
from engines.domain.requests import OthersChanges
from engines.domain.tables import TableNames
from engines.domain.timeframe import DAY, DEFAULT_TIMEFRAMES, Timeframe
from engines.domain.units import TimeUnit
from engines.domain.window import Windows
from engines.errors import CatalogMissing
from k2cli.language.redaction import secrets_in_uri
from k2cli.settings.columns import given_columns
from k2cli.settings.locations import local_folder, sqlite_file
from k2cli.settings.options import EnginesSettings
from k2cli.settings.timeframes import (
    LagSettings,
    RetentionSettings,
    Timeframes,
    durations_of,
    read_windows,
    stored_timeframe,
)
from k2cli.settings.values import (
    Duration,
    Filled,
    Identifier,
    OptionalDuration,
    OptionalPath,
    OptionalScale,
    Properties,
    QualifiedName,
    Section,
    Uri,
    reveal,
    word_none,
)

CatalogType = Literal["sql", "rest", "hive", "glue", "dynamodb", "bigquery"]
"""PyIceberg's catalog types that persist beyond a process."""

_NEEDS_URI = ("sql", "rest", "hive")

RUN_LOG = "runs.ndjson"

PLACES: ContextVar[Callable[[type[BaseSettings]], Iterable[Place]]] = ContextVar("PLACES")
"""Function that returns the settings sources below the flags, highest precedence first. A context variable, because
pydantic-settings asks the class for them, but folder and environment variables differ from call to call."""


class CatalogSettings(Section):
    """The Iceberg catalog that holds the tables.

    Attributes:
        name: Name of the catalog, the same for every engine.
        type: sql, rest, hive, glue, dynamodb or bigquery; guessed from the uri when not set.
        uri: Address of the catalog; a `SecretStr` when it holds a password.
        warehouse: Location of the tables' files.
        properties: Further PyIceberg catalog properties, such as ``s3.endpoint``; secret ones are `SecretStr`.
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
        """The catalog's properties for PyIceberg, with secrets in clear text."""
        named = {"type": self.type, "uri": self.uri, "warehouse": self.warehouse}
        return {k: reveal(v) for k, v in (*named.items(), *self.properties.items()) if v is not None}


class TablesSettings(Section):
    """Names of the source table and the candle tables.

    Attributes:
        namespace: The Iceberg namespace of all tables.
        trades: Name of the source table; with a dot, in a namespace of its own.
        candles: Prefix of the names of the candle tables.
        timeframes: Timeframes that have a candle table.
        scale: Decimal places of prices and quantities, fixed when tables are made; None: those of the tables there are,
            8 for new ones.
    """

    namespace: QualifiedName = "market_data"
    trades: QualifiedName = "gold_crypto_trades"
    candles: Identifier = "gold_ohlcv"
    timeframes: Timeframes = DEFAULT_TIMEFRAMES
    scale: OptionalScale = None


class TradesSettings(Section):
    """The source table: its columns, how trades are told apart, and what happens when some are removed.

    Attributes:
        table: Name of the source table in place of ``tables.trades``; with a dot, in a namespace of its own.
        columns: Our column to theirs, to a constant, or to words of a side; what is not named keeps our names.
        timestamp_unit: Unit of times that are numbers: s, ms, us, ns; ``auto``: found from the bounds of the column.
        inexact: What to do with prices and quantities that are not exactly decimals of the candles: refuse, reject or
            round.
        identity: What a trade is told apart by in its series: ``id``, its message_id within a minute; ``id-time``, its
            message_id and time; ``auto``: as the table records, see `engines.base.TradesConfig`.
        removed: What to do with candles whose trades were removed: ask, recompute, keep or refuse.
        removed_limit: With ``ask``, the number of candles per table and run that may lose their trades unasked.
        retention: Microseconds after which the source drops trades; candles of older trades are frozen. None: the
            source keeps all trades.
        layouts: Folder with layouts of files, beside those that come with k2; None: there is none.
    """

    table: Annotated[QualifiedName | None, BeforeValidator(word_none)] = None
    columns: Annotated[dict[str, Any], BeforeValidator(given_columns)] = Field(default_factory=dict)
    timestamp_unit: Literal["auto", "s", "ms", "us", "ns"] = "auto"
    inexact: Inexact = Inexact.REFUSE
    identity: Literal["auto", "id", "id-time"] = "auto"
    removed: RemovedTrades = RemovedTrades.ASK
    removed_limit: Annotated[int, Field(ge=0)] = REMOVED_LIMIT
    retention: OptionalDuration = None
    layouts: OptionalPath = None

    @property
    def layouts_folder(self) -> Path | None:
        """The folder of `layouts`."""
        return Path(self.layouts) if self.layouts else None

    def config(self) -> TradesConfig:
        """How the source table is read."""
        unit = None if self.timestamp_unit == "auto" else TimeUnit(self.timestamp_unit)
        return TradesConfig(
            identity=None if self.identity == "auto" else Identity(self.identity),
            mapping=SourceMapping(columns=self.columns, timestamp_unit=unit, inexact=self.inexact),
        )


class CandlesSettings(Section):
    """The candle tables.

    Attributes:
        others: What to do where others have changed candles, or files are missing or damaged: heal makes them again
            from the trades, refuse stops.
    """

    others: OthersChanges = OthersChanges.HEAL


class SnapshotsSettings(Section):
    """Snapshots of the candle tables that `prune` keeps; those with a tag or a branch are always kept.

    Attributes:
        keep: Number of newest snapshots to keep.
        keep_age: Snapshots younger than this many microseconds are kept as well.
    """

    keep: Annotated[int, Field(ge=1)] = 10
    keep_age: Duration = DAY


class RunsSettings(Section):
    """The run log and the metrics file that runs write for monitoring.

    Attributes:
        log: Path of the run log; ``auto``: see `Settings.run_log`; None: no run log.
        log_size: Size in bytes at which the run log is rotated.
        log_keep: Number of rotated run logs to keep.
        metrics: Path of the Prometheus metrics file; None: no metrics.
    """

    log: OptionalPath = "auto"
    log_size: Annotated[int, Field(ge=1)] = 10_000_000
    log_keep: Annotated[int, Field(ge=1)] = 5
    metrics: OptionalPath = None


class LineageSettings(Section):
    """Destination of the OpenLineage events of a run.

    Attributes:
        transport: An http(s) address or a file; None: no events, unless the ``OPENLINEAGE_*`` variables set a
            destination.
        namespace: OpenLineage namespace of the jobs of k2.
    """

    transport: Annotated[Uri, BeforeValidator(word_none)] = None
    namespace: Filled = "k2"


class Settings(BaseSettings):
    """All settings.

    Attributes:
        engine: Name of the engine.
        grace: Microseconds after its end before a window counts as closed.
        catalog: The catalog that holds the tables.
        tables: Names of the tables.
        trades: How trades are told apart, and what happens when some are removed.
        retention: How long candles are kept, by timeframe.
        snapshots: Snapshots of the candle tables that `prune` keeps.
        lag: How far a candle table may be behind, by timeframe.
        engines: Options of each engine, by engine name.
        runs: Run log and metrics file.
        lineage: Destination of OpenLineage events.
    """

    model_config = SettingsConfigDict(
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        env_prefix="K2_",
        env_nested_delimiter="__",
        env_nested_max_split=2,  # the name of a catalog property may itself contain the delimiter
        enable_decoding=False,  # otherwise a password that looks like JSON would be parsed
    )

    engine: Filled = "polars"
    grace: Duration = 0
    catalog: CatalogSettings = CatalogSettings()
    tables: TablesSettings = TablesSettings()
    trades: TradesSettings = TradesSettings()
    candles: CandlesSettings = CandlesSettings()
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
        """The flags, followed by the settings sources that `load_settings` set up, in order of precedence."""
        return init_settings, *PLACES.get()(settings_cls)

    def engine_config(self, version: str) -> EngineConfig:
        """Return the configuration that an engine is opened with."""
        catalog = CatalogConfig(name=self.catalog.name, properties=self.catalog.revealed())
        options = self.engines.of(self.engine).revealed()
        return EngineConfig(
            catalog=catalog,
            names=self.table_names(),
            trades=self.trades.config(),
            scale=self.tables.scale,
            version=version,
            options=options,
        )

    def table_names(self) -> TableNames:
        """Names of all tables."""
        tables = {name: value for name, value in self.tables if name != "scale"}
        return TableNames(**tables | ({"trades": self.trades.table} if self.trades.table else {}))

    def timeframes(self, names: Iterable[str] | None = None) -> tuple[Timeframe, ...]:
        """Timeframes of the candle tables that a command works on.

        Args:
            names: Timeframes as the user typed them; None or empty: all candle tables.

        Raises:
            UsageError: A name is not a timeframe, or no table has that timeframe.
        """
        stored = self.tables.timeframes
        return tuple(dict.fromkeys(stored_timeframe(name, stored) for name in names or ())) or stored

    def windows(self, text: str, *, zone: str = "UTC", day_start: int = 0, anchor: int | None = None) -> Windows:
        """The windows of candles to read, of any length.

        Args:
            text: Their length as the user typed it.
            zone: Time zone of days, weeks, months, quarters and years.
            day_start: Local time at which their days begin, microseconds after midnight.
            anchor: An instant at which a window begins.

        Raises:
            UsageError: It is no timeframe, or the zone is not known.
        """
        return read_windows(text, self.tables.timeframes, zone=zone, day_start=day_start, anchor=anchor)

    def retentions(self) -> dict[Timeframe, int]:
        """Retention of the candles in microseconds, for the timeframes that have one."""
        return durations_of(self.tables.timeframes, self.retention)

    def lags(self) -> dict[Timeframe, int]:
        """Maximum lag of a candle table in microseconds, for the timeframes that have one."""
        return durations_of(self.tables.timeframes, self.lag)

    def secrets(self) -> set[str]:
        """Every secret text in the settings, so that error messages can be redacted."""
        found = {reveal(v) for v in self.catalog.properties.values() if isinstance(v, SecretStr)}
        found |= self.engines.secrets()
        for value in self.catalog.revealed().values():
            found |= secrets_in_uri(value)
        return found | secrets_in_uri(reveal(self.lineage.transport or ""))

    def run_log(self) -> Path | None:
        """Path of the run log; None when it is switched off.

        ``auto`` means beside a local SQLite catalog, where the project's other files are, else the user's state folder.
        """
        if self.runs.log != "auto":
            return None if self.runs.log is None else Path(self.runs.log)
        catalog, _ = self.local_paths()
        if catalog is not None:
            return catalog.parent / RUN_LOG
        import platformdirs

        return platformdirs.user_state_path("k2") / RUN_LOG

    def refuse_absent_catalog(self) -> None:
        """Raise `CatalogMissing` if the SQLite catalog file does not exist.

        SQLite would create an empty catalog instead, for example after a mistyped path.
        """
        database, _ = self.local_paths()
        if database is not None and not database.exists():
            raise CatalogMissing(
                f"there is no catalog at {database}",
                hint="run k2 ohlcv create-tables, or go to the folder of your k2.toml (or name it: --config FILE)",
            )

    def local_paths(self) -> tuple[Path | None, Path | None]:
        """Paths of the SQLite catalog file and the warehouse folder; None for one that is not on this machine."""
        properties = self.catalog.revealed()
        return sqlite_file(properties.get("uri", "")), local_folder(properties.get("warehouse", ""))


SECTIONS: Mapping[str, Any] = {
    name: field.annotation for name, field in Settings.model_fields.items() if isinstance(field.default, BaseModel)
}
"""Types of the sections, by section name."""
