"""The schedule as a crontab.

Cron knows one time zone, its machine's: Debian's has no CRON_TZ (it is taken for an ordinary variable), so the times
are written in that zone. A percent sign means a new line to cron unless a backslash stands before it.
"""

import shlex
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

from engines.errors import UsageError
from k2cli.scheduling.schedule import LIMIT, UPKEEP, UPKEEP_LIMIT, Job, Times, times_of

LONGEST = 998
"""Characters of a command that Debian's cron takes."""

_NEW_LOG = "20 3 * * 0"
"""When a new log is begun, on cron's clock: a second time by that of another season would lose the week."""


def crontab(job: Job, *, log: Path, offsets: Sequence[timedelta], zone: str, timeout: Sequence[str]) -> str:
    """The crontab of all tables.

    Args:
        job: What is run.
        log: The file that takes what the runs say.
        offsets: How far cron's clock is from UTC, in winter and in summer.
        zone: The name of its zone.
        timeout: What ends a command, put before each with the seconds of its limit.

    Raises:
        UsageError: A path that cannot stand in a crontab.
    """
    lines = [_begin(job.config), *_head(offsets, zone, job)]
    file = _words([str(log)])

    def entry(times: Times, commands: Sequence[Sequence[str]], limit: int) -> str:
        ending = (*timeout, str(limit)) if timeout else ()
        line = " && ".join(f"{_words((*ending, *command))} >> {file} 2>&1" for command in commands)
        _refuse_uncommon(line)
        return f"{times.at(offsets).cron} {line}"

    lines += [entry(times_of(timeframe), job.commands(str(timeframe)), LIMIT) for timeframe in job.timeframes]
    # Runs open the log anew, so it can be put aside at any time.
    lines.append(f"{_NEW_LOG} mv -f {file} {_words([f'{log}.1'])}")
    for number, command in enumerate(job.upkeep()):  # an entry for each, as they must not be too long
        lines.append(entry(UPKEEP.later(10 * number), (command,), UPKEEP_LIMIT))
    return "\n".join([*lines, _end(job.config)])


def _refuse_uncommon(line: str) -> None:
    if not line.isprintable() or len(line) > LONGEST:
        raise UsageError(
            f"cron takes commands of {LONGEST} printable characters: {line[:100]!r}… is none",
            hint="use shorter paths: --config, --log, or k2 from another folder",
        )


def _begin(config: Path) -> str:
    return f"# BEGIN k2 ohlcv {config}"


def _end(config: Path) -> str:
    return f"# END k2 ohlcv {config}"


def with_block(table: str, block: str, config: Path) -> str:
    """Put the entries of a settings file into somebody's crontab, in the place of those that it has of this file.

    Args:
        table: The crontab; all its other lines stay as they are.
        block: The entries as returned by `crontab`.
        config: The settings file.

    Raises:
        UsageError: The crontab has entries of the file that are not between its marks, which would run besides.
    """
    lines = table.splitlines()
    begin, end = _begin(config), _end(config)
    marks = [(number, line) for number, line in enumerate(lines) if line in (begin, end)]
    if [line for _, line in marks] not in ([], [begin, end]):
        raise UsageError(
            f"the crontab has a part of the marks {begin!r} and {end!r}", hint="mend it by hand: crontab -e"
        )
    before, after = (lines[: marks[0][0]], lines[marks[1][0] + 1 :]) if marks else (lines, [])
    option = f"--config {_words([str(config)])} "
    loose = [line for line in (*before, *after) if " ohlcv aggregate " in line and option in line and line[:1] != "#"]
    if loose:
        raise UsageError(
            f"the crontab has entries for {config} that would run besides: {loose[0][:100]}",
            hint="remove them by hand: crontab -e",
        )
    return "\n".join([*before, *block.splitlines(), *after]) + "\n"


def _words(command: Sequence[str]) -> str:
    return shlex.join(command).replace("%", r"\%")


def _head(offsets: Sequence[timedelta], zone: str, job: Job) -> Iterator[str]:
    yield "# The candle tables of k2 ohlcv. Printed by k2 schedule crontab; --install puts it into yours, and anew."
    yield f"# Settings: {job.config}. K2_* variables of your shell are unknown to cron: write NAME=value lines here."
    if list(offsets) == [timedelta()]:
        yield f"# Times are UTC, which is the zone of this machine's clock ({zone}). On another machine print it anew."
    else:
        hours = " and ".join(f"{offset / timedelta(hours=1):+g} h" for offset in offsets)
        yield "# WARNING: cron runs on the machine's zone and knows no other (Debian's takes no notice of CRON_TZ)."
        yield f"# The times below are meant for {zone} (UTC {hours}), so that they are these in UTC:"
        yield from (f"#   {timeframe}: {times_of(timeframe).cron}" for timeframe in job.timeframes)
        yield f"#   upkeep: {UPKEEP.cron}"
        if len(offsets) > 1:
            yield "# Summer and winter have their own; the run that is not needed finds nothing to do."
    yield "# Runs may overlap, be missed or be repeated: each takes in all that came since the last one."
    yield "# The last four begin a new log each Sunday (the one before is kept), and tidy up each night."
