"""What `k2 schedule` prints works: run by hand as written, by a real cron, and after days without a scheduler."""

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from engines.domain.timeframe import DAY, DEFAULT_TIMEFRAMES, HOUR, MINUTE
from engines.testing.history import trade
from engines.testing.strategies import MIDNIGHT
from k2cli.__main__ import main
from k2cli.session.environment import Environment
from tests.end_to_end.history import history_in
from tests.machine import missing

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def folder(tmp_path: Path, run: Run) -> Path:
    """A folder with settings, a day of trades and empty candle tables; its name has spaces and a percent sign."""
    folder = tmp_path / "the 100% desk"
    folder.mkdir()
    (folder / "k2.toml").touch()
    recipe = "trades generate --trades 2000 --start 2024-03-01T00:00:00Z --seed 7"
    for line in ("ohlcv create-tables --with-trades", recipe):
        ran = run(*line.split(), "-q", cwd=folder)
        assert ran.returncode == 0, ran.stderr
    return folder


def crontab(run: Run, folder: Path) -> list[str]:
    """The crontab entries of the tables of a folder."""
    ran = run("schedule", "crontab", "--zone", "UTC", cwd=folder)

    assert (ran.returncode, ran.stderr) == (0, "")
    *tables, _new_log, _snapshots, _compact, _candles = (
        line for line in ran.stdout.splitlines() if not line.startswith("#")
    )
    return tables


def upkeep(run: Run, folder: Path) -> list[str]:
    """The entries that begin a new log and tidy up."""
    return run("schedule", "crontab", "--zone", "UTC", cwd=folder).stdout.splitlines()[-5:-1]


def command_of(entry: str) -> str:
    """The command of an entry, as cron passes it to the shell."""
    return entry.split(maxsplit=5)[5].replace(r"\%", "%")


def at_once(command: str, k2: Path) -> str:
    """A command of an entry with the program that starts at once in the place of the installed one."""
    installed = str(Path(sys.executable).with_name("k2"))
    assert command.count(installed) in (1, 2)
    return command.replace(installed, str(k2))


def looked_at(log: Path) -> list[str]:
    """The timeframes whose candles were validated, according to a log, which has a line for each run."""
    lines = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
    return [
        line["table"].removeprefix("market_data.gold_ohlcv_")
        for line in lines
        if (line["command"], line["exit_code"]) == ("ohlcv validate", 0) and line["message"][0] in "123456789"
    ]


def test_the_entries_run_as_written_with_nothing_in_the_environment(run: Run, folder: Path, k2: Path) -> None:
    entries = crontab(run, folder)
    for entry in entries:
        ran = subprocess.run(
            ["/bin/sh", "-c", at_once(command_of(entry), k2)],
            env={},
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )
        assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", ""), (folder / "k2-ohlcv.log").read_text()

    assert len(entries) == 5
    log = folder / "k2-ohlcv.log"
    assert looked_at(log) == ["1m", "5m", "30m", "1h", "1d"]
    assert len(log.read_text().splitlines()) == 2 * len(entries)


def test_the_last_entries_begin_a_new_log_and_tidy_up(run: Run, folder: Path, k2: Path) -> None:
    (folder / "k2.toml").write_text('[snapshots]\nkeep = 1\nkeep_age = "0s"\n[retention]\n1m = "none"\n')
    for _ in range(2):
        assert run("ohlcv", "aggregate", "1m", "--rebuild", cwd=folder).returncode == 0
    log = folder / "k2-ohlcv.log"
    log.write_text("of last week\n")
    for entry in upkeep(run, folder):
        command = command_of(entry)
        command = command if command.startswith("mv ") else at_once(command, k2)
        ran = subprocess.run(["/bin/sh", "-c", command], env={}, cwd="/", capture_output=True, text=True, check=False)
        assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", ""), log.read_text()
    lines = [json.loads(line) for line in log.read_text().splitlines()]

    assert log.with_name("k2-ohlcv.log.1").read_text() == "of last week\n"
    assert [line["command"] for line in lines] == ["ohlcv prune", "ohlcv compact", "ohlcv prune"]
    assert "snapshots expired" in lines[0]["message"]
    status = json.loads(run("ohlcv", "status", "-o", "json", cwd=folder).stdout)
    assert {table["snapshots"] for table in status["tables"] if table["timeframe"] == "1m"} == {1}


def test_an_entry_that_fails_says_why_in_the_log_and_does_not_go_on(run: Run, tmp_path: Path) -> None:
    (tmp_path / "k2.toml").touch()
    ran = subprocess.run(["/bin/sh", "-c", command_of(crontab(run, tmp_path)[0])], env={}, cwd="/", check=False)
    (line,) = (tmp_path / "k2-ohlcv.log").read_text().splitlines()
    said = json.loads(line)

    assert ran.returncode == 2
    assert (said["level"], said["command"], said["exit_code"]) == ("error", "ohlcv aggregate", 2)
    assert said["table"] == "market_data.gold_ohlcv_1m"
    assert "create-tables" in said["hint"]
    assert said["ts"].endswith("Z")


# systemd.


@pytest.fixture
def units(run: Run, folder: Path) -> Path:
    """The systemd units for a folder, written to files."""
    ran = run("schedule", "systemd", "--dir", "units", cwd=folder)
    assert (ran.returncode, ran.stderr) == (0, "")
    return folder / "units"


@pytest.mark.services(process="own")
def test_systemd_takes_the_units(units: Path) -> None:
    if not shutil.which("systemd-analyze"):
        missing("there is no systemd-analyze (apt-get install systemd)")
    files = sorted(units.iterdir())
    ran = subprocess.run(
        ["systemd-analyze", "verify", "--recursive-errors=no", *map(str, files)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert len(files) == 8
    assert (ran.returncode, ran.stdout + ran.stderr) == (0, "")


def test_the_service_runs_what_the_crontab_runs(run: Run, folder: Path, units: Path) -> None:
    """The commands are the same, apart from the time limit and the redirection to the log in the crontab.

    The unit is read as systemd does, with quotes and with doubled percent and dollar signs.
    """
    text = (units / "k2-ohlcv@.service").read_text()
    commands = [line.partition("=")[2] for line in text.splitlines() if line.startswith("ExecStart=")]
    for entry, named in zip(crontab(run, folder), map(str, DEFAULT_TIMEFRAMES), strict=True):
        words = [
            [named if word == "%i" else word.replace("%%", "%").replace("$$", "$") for word in shlex.split(command)]
            for command in commands
        ]
        theirs = shlex.split(command_of(entry))
        halves = [theirs[: theirs.index("&&")], theirs[theirs.index("&&") + 1 :]]
        assert words == [half[half.index("300") + 1 : half.index(">>")] for half in halves]


# A real cron.


@pytest.fixture
def cron() -> Iterator[Callable[[str], None]]:
    """Starts Debian's cron with one crontab, in a mount namespace where the machine's own crontabs are hidden."""
    if not Path("/usr/sbin/cron").exists():
        missing("there is no cron (apt-get install cron)")
    places = ("/var/spool/cron", "/etc/cron.d", "/run")
    steps = (
        *(f"mount -t tmpfs none {place}" for place in places),
        "mount --bind /dev/null /etc/crontab",
        "mkdir /var/spool/cron/crontabs",
        "crontab -",
        "exec /usr/sbin/cron -f",
    )
    started: list[subprocess.Popen[str]] = []

    def start(text: str) -> None:
        process = subprocess.Popen(
            ["unshare", "--mount", "/bin/sh", "-c", " && ".join(steps)],
            stdin=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        assert process.stdin is not None
        process.stdin.write(text)
        process.stdin.close()

    yield start
    for process in started:
        process.terminate()
        process.wait(30)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


@pytest.mark.services(process="own")
@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="only root starts a cron")
def test_a_real_cron_runs_an_entry(run: Run, folder: Path, cron: Callable[[str], None]) -> None:
    """The command of the entry is unchanged; only its time is replaced by the start of cron, to shorten the test."""
    if subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode:
        missing("there is no leave to unshare the file systems")
    entry = crontab(run, folder)[0].removeprefix("*/5 * * * *")
    cron(f"@reboot{entry}\n")
    log, deadline = folder / "k2-ohlcv.log", time.monotonic() + 150
    while "1m" not in looked_at(log):
        assert time.monotonic() < deadline, log.read_text() if log.exists() else "cron ran nothing"
        time.sleep(0.5)


# Three days without a scheduler.


def test_after_three_days_one_run_a_table_fills_everything(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The printed entries are run with a set clock; the coarsest table comes first, as their order is not certain."""
    (tmp_path / "k2.toml").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert run("ohlcv", "create-tables", "--with-trades", cwd=tmp_path).returncode == 0
    history = history_in(tmp_path)
    entries = crontab(run, tmp_path)

    def all_entries(now: int) -> None:
        for entry in reversed(entries):
            for words in split(entry):
                assert main(words, Environment(variables={}, clock=lambda: now, cwd=Path("/"))) == 0, (
                    capsys.readouterr().err
                )

    history.append([trade(MIDNIGHT + n * 7 * MINUTE, f"before {n}") for n in range(50)])
    all_entries(MIDNIGHT + 6 * HOUR)
    history.prove(MIDNIGHT + 6 * HOUR)
    for hours in range(0, 72, 6):
        start = MIDNIGHT + 6 * HOUR + hours * HOUR
        history.append([trade(start + n * 11 * MINUTE, f"{hours} {n}") for n in range(30)])
    all_entries(MIDNIGHT + 3 * DAY + 6 * HOUR)
    history.prove(MIDNIGHT + 3 * DAY + 6 * HOUR)


def split(entry: str) -> list[list[str]]:
    """The arguments of the two k2 commands in an entry: aggregate, then validate."""
    parts = command_of(entry).split(" && ")
    words = [shlex.split(part.partition(" >> ")[0]) for part in parts]
    return [part[part.index("ohlcv") :] for part in words]
