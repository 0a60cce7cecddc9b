"""The check of the Python version."""

from collections.abc import Iterator

from engines.domain.checks import Check, bad, good
from k2cli.doctor.patient import Patient

_OLDEST = (3, 11)


def python(patient: Patient) -> Iterator[Check]:
    """Check whether Python is new enough."""
    found = ".".join(map(str, patient.machine.python))
    if patient.machine.python < _OLDEST:
        yield bad("python", f"Python {found}", fix="python3.11 -m venv .venv && .venv/bin/pip install k2-ohlcv")
    else:
        yield good("python", f"Python {found}")
