"""`k2 config show`: every setting and where it was set, with secrets masked."""

from collections.abc import Iterator

from pydantic import SecretStr

from engines.registry import engine_names
from k2cli.language.durations import format_duration
from k2cli.language.redaction import MASK, mask_uri
from k2cli.reports import ConfigReport, PyIcebergReport, SettingValue
from k2cli.settings import CatalogSettings, LoadedSettings, Settings
from k2cli.settings.columns import shown_columns
from k2cli.settings.values import reveal


def show_config(loaded: LoadedSettings, *, with_origin: bool) -> ConfigReport:
    """Return all settings as text, with secrets masked.

    Args:
        loaded: The settings and their origins.
        with_origin: Whether to include where each was set.
    """
    return ConfigReport(
        settings=tuple(
            SettingValue(key=key, value=value, origin=loaded.origins.get(key, "default") if with_origin else None)
            for key, value in _values(loaded.settings)
        )
    )


def show_pyiceberg(catalog: CatalogSettings, *, secrets: bool) -> PyIcebergReport:
    """Return the properties that PyIceberg needs to open the catalog.

    Args:
        catalog: The settings of the catalog.
        secrets: Whether to include secrets; otherwise properties that hold one are left out and named.
    """
    named = {"type": catalog.type, "uri": catalog.uri, "warehouse": catalog.warehouse, **catalog.properties}
    given = {name: value for name, value in named.items() if value is not None}
    hidden = {name for name, value in given.items() if isinstance(value, SecretStr) and not secrets}
    return PyIcebergReport(
        name=catalog.name,
        properties={name: reveal(value) for name, value in given.items() if name not in hidden},
        secrets_left_out=tuple(sorted(hidden)),
    )


def _values(settings: Settings) -> Iterator[tuple[str, str]]:
    yield "engine", settings.engine
    yield "grace", format_duration(settings.grace)
    catalog = settings.catalog
    yield "catalog.name", catalog.name
    yield "catalog.type", catalog.type or ""
    yield "catalog.uri", "" if catalog.uri is None else mask_uri(reveal(catalog.uri))
    yield "catalog.warehouse", catalog.warehouse or ""
    for name in sorted(catalog.properties):
        value = catalog.properties[name]
        yield f"catalog.properties.{name}", MASK if isinstance(value, SecretStr) else value
    yield "tables.namespace", settings.tables.namespace
    yield "tables.trades", settings.tables.trades
    yield "tables.candles", settings.tables.candles
    yield "tables.timeframes", ",".join(map(str, settings.tables.timeframes))
    scale = settings.tables.scale
    yield "tables.scale", "auto" if scale is None else str(scale.places)
    retention = settings.trades.retention
    yield "trades.identity", settings.trades.identity
    yield "trades.table", settings.trades.table or "none"
    for name, column in shown_columns(settings.trades.columns):
        yield f"trades.columns.{name}", column
    yield "trades.timestamp_unit", settings.trades.timestamp_unit
    yield "trades.inexact", settings.trades.inexact.value
    yield "trades.removed", settings.trades.removed.value
    yield "trades.removed_limit", str(settings.trades.removed_limit)
    yield "trades.retention", _optional(retention)
    yield "trades.layouts", settings.trades.layouts or "none"
    yield "candles.others", settings.candles.others.value
    kept = settings.retentions()
    for timeframe in settings.tables.timeframes:
        yield f"retention.{timeframe}", _optional(kept.get(timeframe))
    limits = settings.lags()
    for timeframe in settings.tables.timeframes:
        yield f"lag.{timeframe}", _optional(limits.get(timeframe))
    yield "snapshots.keep", str(settings.snapshots.keep)
    yield "snapshots.keep_age", format_duration(settings.snapshots.keep_age)
    yield from _engines(settings)
    yield from _observing(settings)


def _engines(settings: Settings) -> Iterator[tuple[str, str]]:
    """Yield the options of every installed engine, and those that the settings hold for other engines."""
    for engine in sorted({*engine_names(), *(name for name, _ in settings.engines)}):
        for name, value in settings.engines.of(engine).shown():
            yield f"engines.{engine}.{name}", value


def _observing(settings: Settings) -> Iterator[tuple[str, str]]:
    """Yield the settings of the run log, the metrics and the lineage."""
    log = settings.run_log()
    yield "runs.log", "none" if log is None else str(log)
    yield "runs.log_size", str(settings.runs.log_size)
    yield "runs.log_keep", str(settings.runs.log_keep)
    yield "runs.metrics", settings.runs.metrics or "none"
    transport = settings.lineage.transport
    yield "lineage.transport", "none" if transport is None else mask_uri(reveal(transport))
    yield "lineage.namespace", settings.lineage.namespace


def _optional(duration: int | None) -> str:
    return "none" if duration is None else format_duration(duration)
