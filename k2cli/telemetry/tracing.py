"""Start of a run's lineage, where it is wanted, and its end when the run ends."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from engines.domain.timeframe import Timeframe
from engines.lake import Lake
from k2cli.session import Session, program_version
from k2cli.session.logs import LOGGER
from k2cli.settings.model import LineageSettings, Settings
from k2cli.settings.values import reveal

if TYPE_CHECKING:
    from k2cli.telemetry.lineage import Lineage

_VARIABLES = ("OPENLINEAGE_URL", "OPENLINEAGE_CONFIG", "OPENLINEAGE__TRANSPORT")
"""The variables by which OpenLineage's own clients are told where lineage goes."""


def wanted(settings: Settings, variables: Mapping[str, str]) -> bool:
    """Whether the settings or the standard variables say where lineage goes."""
    if variables.get("OPENLINEAGE_DISABLED", "").lower() == "true":
        return False
    return bool(settings.lineage.transport) or any(name.startswith(_VARIABLES) for name in variables)


def trace(session: Session, lake: Lake, timeframes: Sequence[Timeframe]) -> None:
    """Tell lineage that candle tables are about to be brought up to date, and at the end what came of it.

    Nothing is told where no lineage is wanted.
    """
    if not wanted(session.settings, session.variables):
        return
    lineage = _started(session, lake, timeframes)
    if lineage is not None:
        session.endings["lineage"] = lambda failure: lineage.ended(session.report, failure)


def _started(session: Session, lake: Lake, timeframes: Sequence[Timeframe]) -> "Lineage | None":
    """Send the first events; None where the tables cannot be looked at, which the run will find out by itself."""
    from k2cli.telemetry.lineage import Lineage
    from k2cli.telemetry.openlineage import Address, Sender

    try:
        tables = lake.inspect()
    except Exception as error:  # noqa: BLE001 - lineage is no reason for a run to fail
        LOGGER.debug("no lineage: %s", error)
        return None
    version = program_version()
    address = Address(
        transport=reveal(session.settings.lineage.transport or ""),
        namespace=_namespace(session.settings.lineage, session.variables),
        catalog=session.catalog.partition("?")[0],
        producer=f"urn:k2-ohlcv:{version}",
        engine=lake.engine.name,
        version=version,
    )
    lineage = Lineage(Sender(address), session.clock(), run_id=session.run_id, tables=tables, timeframes=timeframes)
    lineage.started()
    return lineage


def _namespace(settings: LineageSettings, variables: Mapping[str, str]) -> str:
    """Namespace from the settings, else from the standard variable."""
    said = "namespace" in settings.model_fields_set
    return settings.namespace if said else variables.get("OPENLINEAGE_NAMESPACE", settings.namespace)
