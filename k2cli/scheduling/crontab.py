"""The schedule as a crontab.

Cron knows one time zone, its machine's: Debian's has no CRON_TZ (it is taken for an ordinary variable), so the times
are written in that zone. A percent sign means a new line to cron unless a backslash stands before it.
"""

import shlex
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

from engines.errors import UsageError
from k2cli.scheduling.schedule import Job, times_of

LONGEST = 998
"""Characters of a command that Debian's cron takes."""


def crontab(job: Job, *, log: Path, offsets: Sequence[timedelta], zone: str, timeout: Sequence[str]) -> str:
    """The crontab of all tables.

    Args:
        job: What is run.
        log: The file that takes what the runs say.
        offsets: How far cron's clock is from UTC, in winter and in summer.
        zone: The name of its zone.
        timeout: What ends a command at the limit, put before each.

    Raises:
        UsageError: A path that cannot stand in a crontab.
    """
    lines = list(_head(offsets, zone, job))
    for timeframe in job.timeframes:
        runs = (
            f"{_words((*timeout, *command))} >> {_words([str(log)])} 2>&1" for command in job.commands(str(timeframe))
        )
        line = " && ".join(runs)
        if not line.isprintable() or len(line) > LONGEST:
            raise UsageError(
                f"cron takes commands of {LONGEST} printable characters: {line[:100]!r}… is none",
                hint="use shorter paths: --config, --log, or k2 from another folder",
            )
        lines.append(f"{times_of(timeframe).at(offsets).cron} {line}")
    return "\n".join(lines)


def _words(command: Sequence[str]) -> str:
    return shlex.join(command).replace("%", r"\%")


def _head(offsets: Sequence[timedelta], zone: str, job: Job) -> Iterator[str]:
    yield "# The candle tables of k2 ohlcv. Printed by k2 schedule crontab; put it into yours with crontab -e."
    yield f"# Settings: {job.config}. K2_* variables of your shell are unknown to cron: write NAME=value lines here."
    if list(offsets) == [timedelta()]:
        yield f"# Times are UTC, which is the zone of this machine's clock ({zone}). On another machine print it anew."
    else:
        hours = " and ".join(f"{offset / timedelta(hours=1):+g} h" for offset in offsets)
        yield "# WARNING: cron runs on the machine's zone and knows no other (Debian's takes no notice of CRON_TZ)."
        yield f"# The times below are meant for {zone} (UTC {hours}), so that they are these in UTC:"
        yield from (f"#   {timeframe}: {times_of(timeframe).cron}" for timeframe in job.timeframes)
        if len(offsets) > 1:
            yield "# Summer and winter have their own; the run that is not needed finds nothing to do."
    yield "# Runs may overlap, be missed or be repeated: each takes in all that came since the last one."
