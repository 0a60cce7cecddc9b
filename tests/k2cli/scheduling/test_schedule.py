"""The schedule: the same times and commands for cron, systemd and Prefect."""

# ruff: noqa: ANN401 - the fixtures' types live in conftest.py, which importlib mode lets nobody import

import json
import shlex
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
import yaml

from engines.domain.timeframe import D1, DEFAULT_TIMEFRAMES, MINUTE, Timeframe
from engines.errors import UsageError
from k2cli import scheduling
from k2cli.scheduling.crontab import LONGEST, crontab
from k2cli.scheduling.prefect_yaml import prefect_yaml
from k2cli.scheduling.schedule import TIMES, UPKEEP, Job, Times, offsets, times_of
from k2cli.scheduling.systemd import units

EXAMPLES = Path(__file__).parents[3] / "examples"
JOB = Job(k2=("/opt/k2/bin/k2",), config=Path("/etc/k2/k2.toml"))
ODD = Job(k2=("/o p't/100%/$k2\\",), config=Path('/etc/50%/"k 2";.toml'), engine="spark")
MARCH = datetime(2024, 3, 1, tzinfo=UTC)
NO_OFFSET = [timedelta()]
DAYS = [
    *("2024-03-10T00:00Z", "2024-03-30T00:00Z", "2024-03-31T00:00Z", "2024-04-06T00:00Z", "2024-04-07T00:00Z"),
    *("2024-07-01T00:00Z", "2024-10-05T00:00Z", "2024-10-06T00:00Z", "2024-10-27T00:00Z", "2024-11-03T00:00Z"),
    *("2024-12-31T00:00Z", "2025-01-01T00:00Z"),
]
"""Of summer and winter, and those when a clock is changed somewhere."""


def a_crontab(job: Job = JOB, zone: str = "UTC") -> str:
    hours = offsets(ZoneInfo(zone), MARCH)
    timeout = ("/usr/bin/timeout", "-k", "10")
    return crontab(job, log=Path("/var/log/k2-ohlcv.log"), offsets=hours, zone=zone, timeout=timeout)


def entries(text: str) -> list[str]:
    """Those of the tables."""
    *tables, _log, _snapshots, compact, _candles = (line for line in text.splitlines() if not line.startswith("#"))
    assert " ohlcv compact " in compact
    return tables


def local_times(times: Times, zone: str, day: datetime) -> set[datetime]:
    """When cron starts something on the days around one, as instants, by asking each minute of the local clock."""
    moments = (day + timedelta(minutes=minute) for minute in range(24 * 60))
    return {
        moment
        for moment in moments
        if (local := moment.astimezone(ZoneInfo(zone))).minute in times.minutes
        and (not times.hours or local.hour in times.hours)
    }


def test_the_times_are_those_of_the_specification() -> None:
    assert {timeframe.name: times.cron for timeframe, times in TIMES.items()} == {
        "1m": "*/5 * * * *",
        "5m": "5,20,35,50 * * * *",
        "30m": "10,40 * * * *",
        "1h": "15 * * * *",
        "1d": "5 0 * * *",
    }


def test_systemd_is_told_the_same_times() -> None:
    assert {timeframe.name: times.calendar for timeframe, times in TIMES.items()} == {
        "1m": "*-*-* *:0/5:00 UTC",
        "5m": "*-*-* *:05,20,35,50:00 UTC",
        "30m": "*-*-* *:10,40:00 UTC",
        "1h": "*-*-* *:15:00 UTC",
        "1d": "*-*-* 00:05:00 UTC",
    }


@pytest.mark.parametrize(
    "zone", ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe"]
)
def test_in_every_zone_cron_runs_at_the_times_of_the_specification(zone: str) -> None:
    """In winter, in summer, and on the days when the clock changes."""
    assert zone in available_timezones()
    hours = offsets(ZoneInfo(zone), MARCH)
    for day in map(datetime.fromisoformat, DAYS):
        for times in TIMES.values():
            assert local_times(times, "UTC", day) <= local_times(times.at(hours), zone, day)


@pytest.mark.parametrize(
    ("timeframe", "cron"),
    [
        ("2m", "10,25,40,55 * * * *"),
        ("15m", "10,25,40,55 * * * *"),
        ("20m", "10,30,50 * * * *"),
        ("45m", "10,40 * * * *"),
        ("90m", "20 * * * *"),
        ("4h", "20 0,4,8,12,16,20 * * *"),
        ("12h", "20 0,12 * * *"),
        ("3d", "10 0 * * *"),
    ],
)
def test_tables_of_other_timeframes_come_after_the_usual_ones(timeframe: str, cron: str) -> None:
    assert times_of(Timeframe.parse(timeframe)).cron == cron


@pytest.mark.parametrize("timeframe", ["15m", "20m", "30m", "1h", "2h", "4h", "6h", "8h", "12h", "1d"])
def test_each_window_is_published_within_half_an_hour_of_its_end(timeframe: str) -> None:
    length = Timeframe.parse(timeframe).duration // MINUTE
    times = times_of(Timeframe.parse(timeframe))
    runs = [hour * 60 + minute for hour in times.hours or range(24) for minute in times.minutes]

    for end in range(0, 24 * 60, length):
        assert any(end < run <= end + 30 for run in runs), end


def test_a_schedule_holds_the_stored_tables_and_no_other() -> None:
    stored = tuple(map(Timeframe.parse, ("1m", "15m", "4h")))
    job = replace(JOB, timeframes=stored)

    assert [line.split(" aggregate ")[1].split()[0] for line in entries(a_crontab(job))] == ["1m", "15m", "4h"]
    assert sorted(units(job, user="k2")) == [
        *("k2-ohlcv-upkeep.service", "k2-ohlcv-upkeep.timer", "k2-ohlcv@.service"),
        *(f"k2-ohlcv@{t}.timer" for t in ("15m", "1m", "4h")),
    ]
    assert [d["name"] for d in yaml.safe_load(prefect_yaml(job))["deployments"]] == ["1m", "15m", "4h", "nightly"]


def test_summer_time_costs_a_run_a_day_and_not_more() -> None:
    """Of the daily table; the others do not notice whole hours."""
    berlin = {t.name: times.at(offsets(ZoneInfo("Europe/Berlin"), MARCH)) for t, times in TIMES.items()}

    assert berlin.pop("1d") == Times((5,), (1, 2))
    assert berlin == {t.name: times for t, times in TIMES.items() if t != D1}


def test_each_entry_brings_its_table_up_to_date_and_then_looks() -> None:
    for line, timeframe in zip(entries(a_crontab()), DEFAULT_TIMEFRAMES, strict=True):
        words = shlex.split(line)

        assert " ".join(words[:5]) == TIMES[timeframe].cron
        assert words.count("/opt/k2/bin/k2") == 2
        verbs = [words[place + 1 : place + 3] for place, word in enumerate(words) if word == "ohlcv"]
        assert verbs == [["aggregate", timeframe.name], ["validate", timeframe.name]]
        assert words.count("--config") == words.count("/etc/k2/k2.toml") == 2
        assert words.count("2>&1") == words.count("/var/log/k2-ohlcv.log") == 2
        assert words.count("&&") == 1


def test_each_night_the_tables_are_tidied_up_and_each_week_a_new_log_is_begun() -> None:
    """Each scheduler runs the same; what may be refused for taking too much comes last, and holds nothing up."""
    *_, log, snapshots, compact, candles, _ = a_crontab().splitlines()
    wanted = [
        f"/opt/k2/bin/k2 ohlcv {words} --config /etc/k2/k2.toml --output log"
        for words in ("prune --snapshots --yes", "compact", "prune --candles --yes --spare")
    ]
    runs = [
        line.removeprefix(f"{minute} 3 * * * ")
        for minute, line in zip((25, 35, 45), (snapshots, compact, candles), strict=True)
    ]

    assert log == "20 3 * * 0 mv -f /var/log/k2-ohlcv.log /var/log/k2-ohlcv.log.1"
    assert [run.removeprefix("/usr/bin/timeout -k 10 3600 ").partition(" >> ")[0] for run in runs] == wanted
    service = units(JOB, user="k2")["k2-ohlcv-upkeep.service"]
    assert [line.partition("=")[2] for line in service.splitlines() if line.startswith("ExecStart=")] == wanted
    assert "OnCalendar=*-*-* 03:25:00 UTC" in units(JOB, user="k2")["k2-ohlcv-upkeep.timer"]
    assert yaml.safe_load(prefect_yaml(JOB))["deployments"][-1]["entrypoint"] == "k2cli.scheduling.flows.upkeep"


@pytest.mark.parametrize(
    ("timeframe", "seconds"), [("1m", 300), ("5m", 900), ("1h", 3600), ("4h", 14400), ("1d", 86400)]
)
def test_a_period_is_the_longest_time_between_two_runs(timeframe: str, seconds: int) -> None:
    assert times_of(Timeframe.parse(timeframe)).period == timedelta(seconds=seconds)


def test_a_crontab_says_which_zone_it_is_for() -> None:
    assert "UTC" in a_crontab()
    assert "WARNING" not in a_crontab()
    assert "WARNING" in a_crontab(zone="Asia/Kolkata")
    assert "Asia/Kolkata (UTC +5.5 h)" in a_crontab(zone="Asia/Kolkata")
    assert "Europe/Berlin (UTC +1 h and +2 h)" in a_crontab(zone="Europe/Berlin")


def test_percent_signs_are_escaped_for_cron_and_the_rest_for_the_shell() -> None:
    for line in entries(a_crontab(ODD)):
        assert line.count("%") == line.count(r"\%") == 4
        words = shlex.split(line.replace(r"\%", "%"))
        assert words.count(ODD.k2[0]) == words.count(str(ODD.config)) == 2
        assert words.count("spark") == 2


@pytest.mark.parametrize("config", ["/a\nb/k2.toml", "/" + LONGEST * "x"], ids=["a newline", "too long"])
def test_what_cron_would_cut_is_refused(config: str) -> None:
    with pytest.raises(UsageError, match="cron takes commands of 998 printable characters"):
        a_crontab(Job(k2=JOB.k2, config=Path(config)))


def test_examples_are_what_k2_prints() -> None:
    assert (EXAMPLES / "crontab").read_text() == a_crontab() + "\n"
    assert (EXAMPLES / "prefect/prefect.yaml").read_text() == prefect_yaml(JOB) + "\n"
    written = {path.name: path.read_text() for path in (EXAMPLES / "systemd").iterdir()}
    assert written == units(JOB, user="k2")


def test_prefect_is_told_the_same_times() -> None:
    text = yaml.safe_load(prefect_yaml(ODD))

    assert [d["name"] for d in text["deployments"]] == [*map(str, TIMES), "nightly"]
    assert [d["schedules"] for d in text["deployments"]] == [
        [{"cron": times.cron, "timezone": "UTC"}] for times in (*TIMES.values(), UPKEEP)
    ]
    assert text["deployments"][0]["parameters"] == {"timeframe": "1m", "config": str(ODD.config), "engine": "spark"}
    assert text["pull"] == []


def test_units_of_ones_own_manager_name_no_user() -> None:
    for user in ("k2", None):
        service, timer, *_ = units(JOB, user=user).values()

        assert ("User=" in service) == bool(user)
        assert ("systemctl --user" in timer) == (not user)


# The command.


def test_it_prints_and_nothing_else(k2: Any) -> None:
    (k2.folder / "k2.toml").write_text('engine = "fake"\n')
    ran = k2("schedule", "crontab", "--engine", "fake2", "--zone", "UTC")

    assert (ran.code, ran.err) == (0, "")
    assert ran.out.count("--engine fake2") == 13
    assert ran.out.count(f"--config {k2.folder}/k2.toml") == 13
    assert ran.out.count(f">> {k2.folder}/k2-ohlcv.log 2>&1") == 13
    assert str(Path(sys.executable).parent) in ran.out
    assert ran.out.endswith(f"2>&1\n# END k2 ohlcv {k2.folder}/k2.toml\n")
    assert k2.opened == []


def test_the_engine_of_the_settings_stays_theirs(k2: Any) -> None:
    (k2.folder / "k2.toml").write_text('engine = "fake"\n')

    assert "--engine" not in k2("schedule", "crontab").out


def test_without_a_settings_file_a_scheduler_would_be_lost(k2: Any) -> None:
    for line in ("schedule crontab", "schedule systemd", "schedule prefect", "prefect serve"):
        ran = k2(*line.split())

        assert (ran.code, ran.out) == (2, "")
        assert f"there is no k2.toml in {k2.folder} or above it" in ran.err
        assert "an empty k2.toml beside k2-data will do" in ran.err


def test_without_prefect_it_says_how_to_install_it(k2: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (k2.folder / "k2.toml").touch()
    monkeypatch.setitem(sys.modules, "prefect", None)  # the import system's own word for: not there
    monkeypatch.delitem(sys.modules, "k2cli.scheduling.flows", raising=False)
    monkeypatch.delattr(scheduling, "flows", raising=False)
    ran = k2("prefect", "serve")

    assert (ran.code, ran.out) == (2, "")
    assert "pip install 'k2-ohlcv[prefect]'" in ran.err


def test_variables_that_a_scheduler_will_not_see_are_named(k2: Any) -> None:
    (k2.folder / "k2.toml").touch()
    ours = {"K2_CATALOG__URI": "sqlite:////x.db", "K2_GRACE": "1s"}
    pyicebergs = {"PYICEBERG_CATALOG__K2__TYPE": "rest", "PYICEBERG_CATALOG__K2__URI": "http://127.0.0.1:9"}
    for variables in (ours, pyicebergs):
        k2.variables = variables
        ran = k2("schedule", "crontab")

        assert ran.code == 0
        assert ran.err.splitlines() == [
            f"warning: {name} is set in this shell only: set it for the scheduler, too" for name in variables
        ]


def test_units_are_written_into_a_folder(k2: Any) -> None:
    (k2.folder / "k2.toml").touch()
    ran = k2("schedule", "systemd", "--user", "--dir", "units", "-o", "json")
    files = json.loads(ran.out)["files"]

    assert ran.code == 0
    assert {f["name"]: f["text"] + "\n" for f in files} == {
        path.name: path.read_text() for path in (k2.folder / "units").iterdir()
    }
    assert len(files) == 8
    assert "k2-ohlcv@1m.timer" in k2("schedule", "systemd", "--dir", "units").out


@pytest.mark.parametrize(
    ("line", "text"),
    [("--zone Mars/Olympus", "there is no such time zone"), ("--log /no/such/k2.log", "there is no folder /no/such")],
)
def test_what_cannot_be_is_said(k2: Any, line: str, text: str) -> None:
    (k2.folder / "k2.toml").touch()
    ran = k2("schedule", "crontab", *line.split())

    assert (ran.code, ran.out) == (2, "")
    assert text in ran.err


def test_an_example_is_for_the_very_times_of_utc() -> None:
    assert [" ".join(line.split()[:5]) for line in entries((EXAMPLES / "crontab").read_text())] == [
        times.at(NO_OFFSET).cron for times in TIMES.values()
    ]
