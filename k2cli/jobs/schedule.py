"""`k2 schedule`: the configuration that makes cron, systemd or Prefect run k2; the schedule is the same for all."""

import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from engines.domain.timeframe import to_datetime
from engines.errors import UsageError
from k2cli.reports import ScheduleFile, ScheduleReport
from k2cli.scheduling.crontab import crontab, with_block
from k2cli.scheduling.prefect_yaml import prefect_yaml
from k2cli.scheduling.schedule import Job, k2_command, offsets, timeout_command
from k2cli.scheduling.systemd import units
from k2cli.settings import LoadedSettings

_EMPTY = ("no crontab", "no such file")
"""What crontab programs say of a user who has no crontab: Debian's and cronie's, and busybox's."""


def job_of(loaded: LoadedSettings) -> Job:
    """Return the job for a scheduler, with the absolute path of the settings file.

    A scheduler does not start in the working directory, so that it would not find the file by itself. The engine is
    part of the job only if it was given by an option.

    Raises:
        UsageError: There is no settings file.
    """
    if loaded.file is None:
        raise UsageError(
            f"there is no k2.toml in {loaded.folder} or above it, so a scheduler would not find the tables",
            hint="make one (an empty k2.toml beside k2-data will do), or name it: --config FILE",
        )
    flag = loaded.origins.get("engine", "").startswith("flag")
    engine = loaded.settings.engine if flag else None
    return Job(k2=k2_command(), config=loaded.file, engine=engine, timeframes=loaded.settings.timeframes())


def unseen(loaded: LoadedSettings) -> Iterator[str]:
    """Yield the names of the environment variables that settings were taken from; a scheduler does not have them."""
    parts = {part for origin in loaded.origins.values() for part in origin.split(" + ")}
    yield from sorted(part.removeprefix("env ") for part in parts if part.startswith("env "))


def schedule_crontab(
    loaded: LoadedSettings, *, log: Path | None, zone: str | None, now: int, install: bool = False
) -> ScheduleReport:
    """Return a crontab, and put it into the user's if asked to.

    Args:
        loaded: The settings and their origins.
        log: The file that receives the output of the runs; None: a file beside the settings file.
        zone: The time zone of cron's clock; None: that of this machine.
        now: The time of the run, microseconds; the zone's UTC offsets are those of the year from then on, summer time
            included.
        install: Put it into the crontab of the user.

    Raises:
        UsageError: There is no settings file, no such zone or no folder for the log, cron cannot run a command line
            with these paths, or the user's crontab cannot be changed.
    """
    job = job_of(loaded)
    log = log.expanduser().absolute() if log else job.config.with_name("k2-ohlcv.log")
    if not log.parent.is_dir():
        raise UsageError(f"there is no folder {log.parent} for the log", hint="make it: cron would not")
    place = _zone(zone) if zone else None
    text = crontab(
        job,
        log=log,
        offsets=offsets(place, to_datetime(now)),
        zone=zone or "/".join(dict.fromkeys(time.tzname)),
        timeout=timeout_command(),
    )
    if install:
        _install(text, job.config)
    return _report("crontab", {"crontab": text}, folder="your crontab" if install else "")


def _install(block: str, config: Path) -> None:
    """Put entries into the crontab of the user, see `with_block`."""
    program = shutil.which("crontab")
    if program is None:
        raise UsageError("there is no crontab program on this machine", hint="install cron, or k2 schedule systemd")
    listed = _typed(program, "-l")
    # A user without a crontab is no error, though it has the exit code of one.
    if listed.returncode and not any(said in listed.stderr.lower() for said in _EMPTY):
        raise UsageError(f"crontab -l: {listed.stderr.strip()}", hint="look whether cron allows you a crontab")
    wanted = with_block(listed.stdout, block, config)
    if wanted == listed.stdout:
        return
    written = _typed(program, "-", given=wanted)
    if written.returncode:
        raise UsageError(f"crontab: {written.stderr.strip()}", hint="your crontab is as it was")


def _typed(program: str, argument: str, *, given: str = "") -> subprocess.CompletedProcess[str]:
    command = [program, argument]
    return subprocess.run(command, input=given, capture_output=True, text=True, check=False)  # noqa: S603 - cron's own


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:  # OSError: the name is that of a folder
        raise UsageError(
            f"--zone {name}: there is no such time zone", hint="for instance --zone Europe/Berlin"
        ) from error


def schedule_systemd(loaded: LoadedSettings, *, user: str | None, folder: Path | None) -> ScheduleReport:
    """Return units of systemd, and write them to a folder if one is given.

    Args:
        loaded: The settings and their origins.
        user: The user that the services run as; None: the owner of the user service manager that runs them.
        folder: The folder that they are written to; None: they are not written.

    Raises:
        UsageError: There is no settings file.
    """
    files = units(job_of(loaded), user=user)
    if folder is None:
        return _report("systemd", files)
    folder = folder.expanduser().absolute()
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return _report("systemd", files, folder=str(folder))


def schedule_prefect(loaded: LoadedSettings) -> ScheduleReport:
    """Return a ``prefect.yaml``, which `prefect deploy` reads.

    Raises:
        UsageError: There is no settings file.
    """
    job = job_of(loaded)
    return _report("prefect", {"prefect.yaml": prefect_yaml(job)})


def _report(scheduler: str, files: Mapping[str, str], folder: str = "") -> ScheduleReport:
    named = tuple(ScheduleFile(name=name, text=text.removesuffix("\n")) for name, text in files.items())
    return ScheduleReport(scheduler=scheduler, files=named, folder=folder)
