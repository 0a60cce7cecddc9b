"""The checks of the system clock and the time zone."""

from collections.abc import Iterator, Sequence

from engines.domain.checks import Check, bad, doubtful, good
from engines.domain.facts import TableFacts
from engines.domain.timeframe import HOUR, MINUTE, isoformat
from engines.errors import K2Error
from k2cli.doctor.patient import Patient
from k2cli.language.words import duration

_FIRST = 1_735_689_600_000_000  # 2025-01-01: k2 is newer than that, so an earlier clock is wrong
_SKEW = MINUTE
"""Tolerated difference between the clocks of two machines."""
_SYNCHRONISE = "timedatectl set-ntp true, here and on the machines that write the tables"


def clock(patient: Patient) -> Iterator[Check]:
    """Check whether the system clock is plausible, because it decides which windows are closed."""
    now = patient.clock()
    tables = () if isinstance(patient.tables, K2Error) else patient.tables
    newest = max((table.committed_at for table in tables if table.committed_at is not None), default=now)
    if now < _FIRST:
        yield bad("clock", f"the machine says {isoformat(now)}, which is in the past", fix=_SYNCHRONISE)
    elif newest - now > _SKEW:
        ahead = duration((newest - now) / 1_000_000)
        yield bad(
            "clock", f"{_owner(tables, newest)} was committed {ahead} in the future, by this clock", fix=_SYNCHRONISE
        )
    else:
        yield good("clock", f"{isoformat(now)}, no commit lies ahead of it")


def _owner(tables: Sequence[TableFacts], newest: int) -> str:
    return next(table.table for table in tables if table.committed_at == newest)


def time_zone(patient: Patient) -> Iterator[Check]:
    """Check whether local time is UTC: k2 uses UTC only, but cron may run a schedule in local time."""
    offset = patient.machine.utc_offset()
    if offset == 0:
        yield good("time zone", "UTC")
    else:
        hours = f"{offset * 1_000_000 / HOUR:+g} h"
        fix = "timedatectl set-timezone UTC, or CRON_TZ=UTC at the head of the crontab"
        yield doubtful("time zone", f"local time is UTC {hours}: cron may go by it, candles never do", fix=fix)
