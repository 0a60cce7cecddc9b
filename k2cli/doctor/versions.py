"""The check of the installed package versions against the requirements of k2-ohlcv."""

from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires

from packaging.requirements import Requirement

from engines.domain.checks import Check, bad, good
from k2cli.doctor.patient import Patient
from k2cli.settings import Settings

_WHY = {
    "fastapi": "others break Prefect's server",
    "sqlalchemy": "others break Prefect's scheduler",
    "pyiceberg": "commits depend on how this one retries",
}
_COMPANION = {"fastapi": "prefect"}
"""Packages that are checked only if another one is installed."""


def versions(patient: Patient) -> Iterator[Check]:
    """Check whether the packages that k2 depends on are installed in versions that it accepts."""
    wrong = list(_unfit(patient))
    yield from wrong
    if not wrong:
        named = {name: patient.machine.version_of(name) for name in ("polars", "pyiceberg", "SQLAlchemy")}
        yield good("versions", ", ".join(f"{name} {there}" for name, there in named.items() if there))


def _unfit(patient: Patient) -> Iterator[Check]:
    used = _extras_in_use(patient)
    for need, extra in _requirements():
        name = need.name.lower()
        there = patient.machine.version_of(need.name)
        if name in _COMPANION and patient.machine.version_of(_COMPANION[name]) is None:
            continue
        if there is None and extra and extra not in used:
            continue
        if there is not None and need.specifier.contains(there, prereleases=True):
            continue
        fix = f"pip install '{need.name}{need.specifier}'"
        found = f"{need.name} {there or 'is missing'}, needed {need.specifier}"
        found += f": {_WHY[name]}" if name in _WHY else ""
        yield bad("versions", found, fix=fix)


def _extras_in_use(patient: Patient) -> set[str]:
    """Extras that must be installed because the settings use them."""
    settings = patient.settings
    return {"lineage"} if isinstance(settings, Settings) and settings.lineage.transport else set()


def _requirements() -> Iterator[tuple[Requirement, str]]:
    """Yield each requirement with the extra that needs it, empty if k2 always does; extras of engines are left out."""
    try:
        lines = requires("k2-ohlcv") or []
    except PackageNotFoundError:
        lines = []
    for need in map(Requirement, lines):
        for extra in ("", "prefect", "lineage"):
            if need.marker is None or need.marker.evaluate({"extra": extra}):
                yield need, extra
                break
