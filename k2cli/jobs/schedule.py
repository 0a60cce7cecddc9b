"""`k2 schedule`: the same runs, as cron, systemd and Prefect want to be told of them."""

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from engines.domain.timeframe import to_datetime
from engines.errors import UsageError
from k2cli.reports import ScheduleFile, ScheduleReport
from k2cli.scheduling.crontab import crontab
from k2cli.scheduling.prefect_yaml import prefect_yaml
from k2cli.scheduling.schedule import Job, k2_command, offsets, timeout_command
from k2cli.scheduling.systemd import units
from k2cli.settings import LoadedSettings


def job_of(loaded: LoadedSettings) -> Job:
    """The job that carries the settings in force to where no working directory leads to them.

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
    """The variables of this shell that settings were taken from: a scheduler has none of them."""
    parts = {part for origin in loaded.origins.values() for part in origin.split(" + ")}
    yield from sorted(part.removeprefix("env ") for part in parts if part.startswith("env "))


def schedule_crontab(loaded: LoadedSettings, *, log: Path | None, zone: str | None, now: int) -> ScheduleReport:
    """A crontab.

    Args:
        loaded: The settings.
        log: What takes the output of the runs; None: a file beside the settings.
        zone: The time zone of cron's clock; None: this machine's.
        now: The clock: the year from here on tells summer time.

    Raises:
        UsageError: No settings file, no such zone, no folder for the log, or a path that cron cannot take.
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
    return _report("crontab", {"crontab": text})


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:  # not found is a KeyError, a folder an OSError
        raise UsageError(
            f"--zone {name}: there is no such time zone", hint="for instance --zone Europe/Berlin"
        ) from error


def schedule_systemd(loaded: LoadedSettings, *, user: str | None, folder: Path | None) -> ScheduleReport:
    """Units of systemd.

    Args:
        loaded: The settings.
        user: Who runs them; None: whose manager it is.
        folder: Where they are written to; None: nowhere.

    Raises:
        UsageError: No settings file.
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
    """Prefect's own file.

    Raises:
        UsageError: No settings file.
    """
    job = job_of(loaded)
    return _report("prefect", {"prefect.yaml": prefect_yaml(job)})


def _report(scheduler: str, files: Mapping[str, str], folder: str = "") -> ScheduleReport:
    named = tuple(ScheduleFile(name=name, text=text.removesuffix("\n")) for name, text in files.items())
    return ScheduleReport(scheduler=scheduler, files=named, folder=folder)
