"""The settings and their types. Secrets are `SecretStr`: neither `repr` nor an error shows them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextvars import ContextVar
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    create_model,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings import PydanticBaseSettingsSource as Source

from engines.base import CatalogConfig, EngineConfig
from engines.domain.changes import RemovedTrades
from engines.domain.retention import RETENTION
from engines.domain.tables import TableNames
from engines.domain.timeframe import DAY, DEFAULT_TIMEFRAMES, Timeframe
from engines.errors import CatalogMissing, UsageError
from k2cli.language.durations import parse_duration
from k2cli.language.redaction import is_secret, secrets_in_uri
from k2cli.settings.locations import local_folder, sqlite_file

CatalogType = Literal["sql", "rest", "hive", "glue", "dynamodb", "bigquery"]
"""The catalogs of PyIceberg that outlive a process."""

_NEEDS_URI = ("sql", "rest", "hive")

RUN_LOG = "runs.ndjson"

Text = str | SecretStr

PLACES: ContextVar[Callable[[type[BaseSettings]], Iterable[Source]]] = ContextVar("PLACES")
"""Makes the sources below the flags, the first wins. pydantic-settings asks the class for them, but folder and
variables differ from call to call."""


def reveal(value: Text) -> str:
    """The value itself. Only for the engine, never for a screen."""
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def _hide_password(uri: str | None) -> Text | None:
    return SecretStr(uri) if uri is not None and secrets_in_uri(uri) else uri


def _hide_secrets(properties: dict[str, Text]) -> dict[str, Text]:
    return {
        name: SecretStr(reveal(value)) if is_secret(name) or secrets_in_uri(reveal(value)) else value
        for name, value in properties.items()
    }


def _scalar_text(value: object) -> object:
    """TOML writes numbers and booleans bare; PyIceberg's properties are text."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


def _duration_or_none(value: str | int | None) -> int | None:
    """A file cannot take back what another has set but by a word."""
    return None if value in (None, "none") else parse_duration(value)


def _word_none(value: object) -> object:
    """The same word for texts."""
    return None if value == "none" else value


def _names(value: object) -> object:
    """Several names in one text, as variables have them, or a list."""
    if not isinstance(value, str):
        return value
    return None if value == "none" else tuple(name.strip() for name in value.split(",") if name.strip())


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


Identifier = Annotated[str, Field(min_length=1, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
Filled = Annotated[str, Field(min_length=1)]
Uri = Annotated[Filled | None, AfterValidator(_hide_password)]
Property = Annotated[str, BeforeValidator(_scalar_text)]
Properties = Annotated[dict[str, Property], AfterValidator(_hide_secrets)]
Duration = Annotated[int, BeforeValidator(parse_duration)]
OptionalDuration = Annotated[int | None, BeforeValidator(_duration_or_none)]
OptionalPath = Annotated[Filled | None, BeforeValidator(_word_none)]


class CatalogSettings(_Section):
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
    properties: Properties = {}

    @model_validator(mode="after")
    def _has_address(self) -> Self:
        if self.type in _NEEDS_URI and self.uri is None and "uri" not in self.properties:
            raise ValueError(f"a catalog of type {self.type} needs a uri")
        return self

    def revealed(self) -> dict[str, str]:
        """PyIceberg's properties, secrets in the clear."""
        named = {"type": self.type, "uri": self.uri, "warehouse": self.warehouse}
        return {k: reveal(v) for k, v in (*named.items(), *self.properties.items()) if v is not None}


class TablesSettings(_Section):
    """What the tables are called.

    Attributes:
        namespace: The Iceberg namespace of all tables.
        trades: The source table.
        candles: Prefix of the candle tables.
    """

    namespace: Annotated[str, Field(min_length=1, pattern=r"^[A-Za-z_][A-Za-z0-9_.]*$")] = "market_data"
    trades: Identifier = "gold_crypto_trades"
    candles: Identifier = "gold_ohlcv"


class TradesSettings(_Section):
    """How the source loses trades.

    Attributes:
        removed: What to do with candles whose trades have gone: refuse, recompute or keep.
        retention: Microseconds after which the source drops trades: older candles are frozen. None: it drops none.
    """

    removed: RemovedTrades = RemovedTrades.REFUSE
    retention: OptionalDuration = None


RetentionSettings = create_model(
    "RetentionSettings",
    __base__=_Section,
    __doc__="How long candles are kept, by timeframe; None: for ever.",
    **{timeframe.name: (OptionalDuration, length) for timeframe, length in RETENTION.items()},  # type: ignore[call-overload]
)


class SnapshotsSettings(_Section):
    """Which snapshots of the candle tables `prune` leaves; tags and branches it always does.

    Attributes:
        keep: So many of the newest.
        keep_age: And those younger than so many microseconds.
    """

    keep: Annotated[int, Field(ge=1)] = 10
    keep_age: Duration = 5 * DAY


class SparkSettings(_Section):
    """Where the Spark engine runs.

    Attributes:
        master: ``local[*]``, ``spark://host:port``, ``yarn``, ``k8s://…``.
        remote: ``sc://host:port``: a Spark Connect server, in place of a driver of our own.
        jars: Jar files, in place of downloads from Maven Central; empty: Spark has them. None: what is missing comes
            from there, in pinned versions.
        conf: Spark's own configuration, which wins over ours; secret values are `SecretStr`.
    """

    master: Filled = "local[*]"
    remote: Annotated[Filled | None, BeforeValidator(_word_none)] = None
    jars: Annotated[tuple[str, ...] | None, BeforeValidator(_names)] = None
    conf: Properties = {}

    def options(self) -> dict[str, object]:
        """What the engine is opened with, secrets in the clear."""
        conf = {name: reveal(value) for name, value in self.conf.items()}
        return {"master": self.master, "remote": self.remote, "jars": self.jars, "conf": conf}


LagSettings = create_model(
    "LagSettings",
    __base__=_Section,
    __doc__="How far a table may be behind before `validate` says so, by timeframe; None: any.",
    **{timeframe.name: (OptionalDuration, None) for timeframe in DEFAULT_TIMEFRAMES},  # type: ignore[call-overload]
)


class RunsSettings(_Section):
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


class LineageSettings(_Section):
    """Where OpenLineage events of a run go.

    Attributes:
        transport: An http(s) address or a file; None: nowhere, unless the ``OPENLINEAGE_*`` variables say where.
        namespace: The namespace of our jobs.
    """

    transport: Annotated[Uri, BeforeValidator(_word_none)] = None
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
        spark: Where the Spark engine runs.
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
    retention: RetentionSettings = RetentionSettings()  # type: ignore[valid-type]
    snapshots: SnapshotsSettings = SnapshotsSettings()
    lag: LagSettings = LagSettings()  # type: ignore[valid-type]
    spark: SparkSettings = SparkSettings()
    runs: RunsSettings = RunsSettings()
    lineage: LineageSettings = LineageSettings()

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: Source, *_: Source, **__: Source
    ) -> tuple[Source, ...]:
        """The flags, then the places that `load_settings` looks at."""
        return init_settings, *PLACES.get()(settings_cls)

    def engine_config(self, version: str) -> EngineConfig:
        """What an engine is opened with."""
        names = TableNames(self.tables.namespace, self.tables.trades, self.tables.candles)
        catalog = CatalogConfig(name=self.catalog.name, properties=self.catalog.revealed())
        options = self.spark.options() if self.engine == "spark" else {}
        return EngineConfig(catalog=catalog, names=names, version=version, options=options)

    def timeframes(self, names: Iterable[str] | None = None) -> tuple[Timeframe, ...]:
        """Timeframes of the candle tables that a command is about.

        Args:
            names: As typed; none: every table.

        Raises:
            UsageError: No table has such a timeframe.
        """
        stored = DEFAULT_TIMEFRAMES
        return tuple(dict.fromkeys(_stored(name, stored) for name in names or ())) or stored

    def retentions(self) -> dict[Timeframe, int]:
        """Microseconds that candles are kept, for the tables that are not kept for ever."""
        return _lengths(self.retention)

    def lags(self) -> dict[Timeframe, int]:
        """Microseconds that a table may be behind, for the tables that have a limit."""
        return _lengths(self.lag)

    def secrets(self) -> set[str]:
        """Every secret text, for error messages to be cleaned of."""
        texts = (*self.catalog.properties.values(), *self.spark.conf.values())
        found = {reveal(v) for v in texts if isinstance(v, SecretStr)}
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


def _stored(name: str, stored: Sequence[Timeframe]) -> Timeframe:
    kept = ", ".join(map(str, stored))
    try:
        timeframe = Timeframe.parse(name)
    except ValueError as error:
        raise UsageError(str(error), hint=f"there are candles of {kept}") from error
    if timeframe not in stored:
        raise UsageError(f"there are no candles of {name}", hint=f"there are candles of {kept}")
    return timeframe


def _lengths(section: object) -> dict[Timeframe, int]:
    lengths = {timeframe: getattr(section, timeframe.name) for timeframe in DEFAULT_TIMEFRAMES}
    return {timeframe: length for timeframe, length in lengths.items() if length is not None}


SECTIONS: Mapping[str, Any] = {
    name: field.annotation for name, field in Settings.model_fields.items() if isinstance(field.default, BaseModel)
}
"""The sections by name, as types."""
