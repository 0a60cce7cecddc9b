"""When the candle tables are brought up to date, and by which commands: the same for cron, systemd and Prefect.

Times are UTC. A run takes in all that happened since the last one, so a run that was missed, repeated or overlapped
by another one costs time and never a candle.
"""

import shutil
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from itertools import pairwise
from pathlib import Path

from engines.domain.timeframe import D1, DEFAULT_TIMEFRAMES, H1, HOUR, M1, M5, M30, MINUTE, Timeframe

__all__ = [
    "LIMIT",
    "RETRIES",
    "RETRY_AFTER",
    "TIMES",
    "TRY_AGAIN",
    "UPKEEP",
    "UPKEEP_COMMANDS",
    "UPKEEP_LIMIT",
    "Job",
    "Times",
    "k2_command",
    "times_of",
]

LIMIT = 300
"""Seconds after which a command is ended: the next run carries on."""
UPKEEP_LIMIT = 3600
"""The same for upkeep, which reads more."""
RETRIES = 2
RETRY_AFTER = 60
"""Seconds between a run that may pass later and its retry."""
TRY_AGAIN = frozenset({5, 6, 7})
"""Exit codes that may pass by themselves: conflict, unavailable, unknown state of a commit."""

_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Times:
    """Times of day.

    Attributes:
        minutes: Minutes of the hour.
        hours: Hours of the day; empty: every hour.
    """

    minutes: tuple[int, ...]
    hours: tuple[int, ...] = ()

    @property
    def cron(self) -> str:
        """As cron writes them: ``*/5 * * * *``."""
        return f"{_steps(self.minutes, '*')} {_list(self.hours) or '*'} * * *"

    @property
    def period(self) -> timedelta:
        """Longest time from one run to the next."""
        runs = [hour * 60 + minute for hour in self.hours or range(24) for minute in sorted(self.minutes)]
        return timedelta(minutes=max(b - a for a, b in pairwise([*runs, runs[0] + _DAY])))

    @property
    def calendar(self) -> str:
        """As systemd writes them: ``*-*-* *:0/5:00 UTC``."""
        hours = ",".join(f"{hour:02}" for hour in self.hours) or "*"
        minutes = _steps(self.minutes, "0", "{:02}")
        return f"*-*-* {hours}:{minutes}:00 UTC"

    def later(self, minutes: int) -> "Times":
        """These times, so many minutes later within their hours."""
        return replace(self, minutes=tuple(minute + minutes for minute in self.minutes))

    def at(self, offsets: Iterable[timedelta]) -> "Times":
        """These times on clocks that differ from UTC.

        Where there are several offsets (summer time), each has its times: a run too many finds nothing to do.
        """
        minutes: set[int] = set()
        hours: set[int] = set()
        for offset in offsets:
            for hour in self.hours or (0,):
                for minute in self.minutes:
                    local = (hour * 60 + minute + offset // timedelta(minutes=1)) % _DAY
                    minutes.add(local % 60)
                    hours.add(local // 60)
        return Times(tuple(sorted(minutes)), tuple(sorted(hours)) if self.hours else ())


def _list(numbers: Iterable[int]) -> str:
    return ",".join(map(str, numbers))


def _steps(minutes: tuple[int, ...], first: str, shape: str = "{}") -> str:
    """Every fifth minute as a step, others one by one."""
    if len(minutes) > 4 and minutes == tuple(range(0, 60, 60 // len(minutes))):
        return f"{first}/{60 // len(minutes)}"
    return ",".join(map(shape.format, minutes))


TIMES: Mapping[Timeframe, Times] = {
    M1: Times(tuple(range(0, 60, 5))),
    M5: Times((5, 20, 35, 50)),
    M30: Times((10, 40)),
    H1: Times((15,)),
    D1: Times((5,), (0,)),
}
"""When each table is brought up to date, UTC: minutes after its windows have closed, one table after the other."""

UPKEEP_COMMANDS = (("prune", "--snapshots", "--yes"), ("compact",), ("prune", "--candles", "--yes", "--spare"))
"""What tidies up: snapshots expire, pieces are merged, candles go that are older than `[retention]`.

In this order, for files of trades are merged when the snapshots that brought them are gone."""
UPKEEP = Times((25,), (3,))
"""When the tables are tidied up: each night, for each run reads the metadata of all snapshots and files since."""


def times_of(timeframe: Timeframe) -> Times:
    """When a table is brought up to date, UTC.

    Tables of other lengths than the usual ones come after the hour's, or day's, as often as their windows close: at
    least twice an hour where these are shorter than an hour, and each hour, or day, where they end at odd times.
    """
    minutes, hours = timeframe.duration // MINUTE, timeframe.duration // HOUR
    if timeframe in TIMES:
        return TIMES[timeframe]
    if timeframe < H1:
        step = max(15, minutes) if 60 % max(15, minutes) == 0 else 30
        return Times(tuple(range(10, 60, step)))
    if timeframe < D1:
        return Times((20,), tuple(range(0, 24, hours)) if minutes % 60 == 0 else ())
    return Times((10,), (0,))


def offsets(zone: tzinfo | None, start: datetime) -> list[timedelta]:
    """Offsets of a zone from UTC in the year after a moment, summer time included.

    Args:
        zone: The zone; None: the machine's.
        start: The moment, aware.
    """
    moments = (start + timedelta(days=day) for day in range(0, 366, 7))
    return sorted({moment.astimezone(zone).utcoffset() or timedelta() for moment in moments})


def k2_command() -> tuple[str, ...]:
    """Command that starts this installation of k2: its absolute path, which works without PATH and in any folder."""
    script = Path(sys.executable).with_name("k2")
    return (str(script),) if script.is_file() else (sys.executable, "-m", "k2cli")


def timeout_command() -> tuple[str, ...]:
    """Command that ends another one, given the seconds; empty where the machine has no such program."""
    program = shutil.which("timeout", path="/usr/bin:/bin:/usr/local/bin")
    return (program, "-k", "10") if program else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What a scheduler is to run.

    Attributes:
        k2: How k2 is started.
        config: The settings file, absolute.
        engine: The engine, where it is not the settings' own.
        timeframes: Timeframes of the tables that are brought up to date.
    """

    k2: tuple[str, ...]
    config: Path
    engine: str | None = None
    timeframes: tuple[Timeframe, ...] = DEFAULT_TIMEFRAMES

    def commands(self, timeframe: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Argument lists of the two commands: aggregate, then validate.

        Each writes a line of JSON, which a person can read and a program can, too.
        """
        aggregate, validate = (self._command(verb, timeframe) for verb in ("aggregate", "validate"))
        return aggregate, validate

    def upkeep(self) -> tuple[tuple[str, ...], ...]:
        """Argument lists of the nightly commands; the one that drops candles comes last."""
        return tuple(self._command(*words) for words in UPKEEP_COMMANDS)

    def _command(self, *words: str) -> tuple[str, ...]:
        engine = ("--engine", self.engine) if self.engine else ()
        return (*self.k2, "ohlcv", *words, "--config", str(self.config), *engine, "--output", "log")
