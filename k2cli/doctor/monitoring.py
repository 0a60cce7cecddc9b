"""The checks of what tells others about runs: run log, metrics file, lineage. A run only warns where they fail."""

import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from engines.domain.checks import Check, doubtful, good, skipped
from k2cli.doctor.patient import Patient
from k2cli.settings import Settings
from k2cli.settings.values import reveal

PATIENCE = 3.0
"""Seconds that a server of lineage has to take a connection."""


def monitoring(patient: Patient) -> Iterator[Check]:
    """Check whether run log, metrics and lineage can be written where the settings say."""
    settings = patient.settings
    if not isinstance(settings, Settings):
        yield skipped("monitoring", "the settings are invalid")
        return
    found = [*_metrics(settings), *_log(settings), *_lineage(settings)]
    yield from found
    if not found:
        yield good("monitoring", "what is set can be written")


def _metrics(settings: Settings) -> Iterator[Check]:
    if settings.runs.metrics:
        folder = Path(settings.runs.metrics).parent
        if why := _refusal(folder):
            found = f"metrics cannot be written to {settings.runs.metrics}: {why}"
            yield doubtful("monitoring", found, fix=_cure(folder, "runs.metrics", "K2_RUNS__METRICS"))


def _log(settings: Settings) -> Iterator[Check]:
    log = settings.run_log()
    if log is not None and log.parent.exists() and (why := _refusal(log.parent)):
        found = f"the run log {log} cannot be written: {why}"
        yield doubtful("monitoring", found, fix=_cure(log.parent, "runs.log", "K2_RUNS__LOG"))


def _lineage(settings: Settings) -> Iterator[Check]:
    transport = reveal(settings.lineage.transport or "")
    if not transport:
        return
    address = urlsplit(transport)
    if address.scheme in {"http", "https"} and address.hostname:
        port = address.port or (443 if address.scheme == "https" else 80)
        try:
            socket.create_connection((address.hostname, port), timeout=PATIENCE).close()
        except OSError as error:
            found = f"lineage: {address.hostname}:{port} takes no connection: {error.strerror or error}"
            fix = "start it, or name another one: [lineage] transport; export K2_LINEAGE__TRANSPORT=none sends nothing"
            yield doubtful("monitoring", found, fix=fix)
    elif why := _refusal(folder := Path(transport.removeprefix("file://")).parent):
        found = f"lineage cannot be written to {transport}: {why}"
        yield doubtful("monitoring", found, fix=_cure(folder, "lineage.transport", "K2_LINEAGE__TRANSPORT"))


def _cure(folder: Path, setting: str, variable: str) -> str:
    typed = f"mkdir -p {folder}" if not folder.exists() else f"chmod u+w {folder}"
    return f"{typed}; or another place: {setting} (export {variable}=FILE)"


def _refusal(folder: Path) -> str:
    """Why no file can be made in a folder; empty if one can."""
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".k2-doctor-"):
            return ""
    except OSError as error:
        return error.strerror or str(error)
