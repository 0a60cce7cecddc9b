"""The schedule as units of systemd: a service and a timer for each table, and a pair for upkeep.

systemd expands a percent sign and a dollar sign unless they stand twice, and reads quotes and backslashes like a C
string.
"""

from collections.abc import Iterator, Mapping, Sequence

from k2cli.scheduling.schedule import LIMIT, RETRIES, RETRY_AFTER, UPKEEP, UPKEEP_LIMIT, Job, Times, times_of

NAME = "k2-ohlcv"
_INSTANCE = "%i"
"""The timeframe, in the service that all timers share."""

_SERVICE = """\
# Printed by k2 schedule systemd.
# Runs may overlap, be missed or be repeated: each takes in all that came since the last one.
[Unit]
Description=K2 OHLCV: bring the %i candles up to date
Wants=network-online.target
After=network-online.target
# Two retries: the third start within this time is the last one, until the timer's next.
StartLimitIntervalSec={window}
StartLimitBurst={starts}

[Service]
Type=oneshot
{user}# Passwords, as K2_* variables; need not exist.
EnvironmentFile=-{environment}
ExecStart={aggregate}
ExecStart={validate}
# For each of the two.
TimeoutStartSec={limit}
TimeoutStopSec=30
# After 5, 6 and 7 again; a bug, usage, a broken invariant and an end by us are for a person.
Restart=on-failure
RestartSec={after}
RestartPreventExitStatus=1 2 3 126 127 130 143 SIGTERM SIGKILL
SuccessExitStatus=143
NoNewPrivileges=yes
"""

_UPKEEP = """\
# Printed by k2 schedule systemd.
[Unit]
Description=K2 OHLCV: expire snapshots, merge pieces, drop candles older than their retention
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
{user}EnvironmentFile=-{environment}
{commands}
TimeoutStartSec={limit}
TimeoutStopSec=30
SuccessExitStatus=143
NoNewPrivileges=yes
"""

_TIMER = """\
# Printed by k2 schedule systemd. Start it with: systemctl {scope}enable --now {name}.timer
[Unit]
Description=K2 OHLCV: when {what}

[Timer]
OnCalendar={calendar}
# A time that was missed (the machine was off) is made up for at once, by one run.
Persistent=true
AccuracySec=1s

[Install]
WantedBy=timers.target
"""


def units(job: Job, *, user: str | None) -> Mapping[str, str]:
    """File name to text.

    Args:
        job: What is run.
        user: Who runs it; None: whose manager it is (``systemctl --user``).
    """
    return dict(_files(job, user))


def _files(job: Job, user: str | None) -> Iterator[tuple[str, str]]:
    aggregate, validate = (_line(job.k2, command[len(job.k2) :]) for command in job.commands(_INSTANCE))
    named = f"User={user}\n" if user else ""
    environment = str(job.config.with_name("k2.env")).replace("%", "%%")
    yield (
        f"{NAME}@.service",
        _SERVICE.format(
            window=(RETRIES + 3) * RETRY_AFTER - 10,  # less than the shortest time between two of a timer's
            starts=RETRIES + 1,
            user=named,
            environment=environment,
            aggregate=aggregate,
            validate=validate,
            limit=LIMIT,
            after=RETRY_AFTER,
        ),
    )
    scope = "" if user else "--user "

    def timer(name: str, what: str, times: Times) -> tuple[str, str]:
        text = _TIMER.format(name=name, what=what, calendar=times.calendar, scope=scope)
        return f"{name}.timer", text

    for timeframe in job.timeframes:
        what = f"the {timeframe} candles are brought up to date"
        yield timer(f"{NAME}@{timeframe}", what, times_of(timeframe))
    commands = "\n".join(f"ExecStart={_line(job.k2, command[len(job.k2) :])}" for command in job.upkeep())
    upkeep = _UPKEEP.format(user=named, environment=environment, commands=commands, limit=UPKEEP_LIMIT)
    yield f"{NAME}-upkeep.service", upkeep
    yield timer(f"{NAME}-upkeep", "the tables are tidied up", UPKEEP)


def _line(k2: Sequence[str], arguments: Sequence[str]) -> str:
    """A command; the program itself is no place for variables, so its dollar signs stand once."""
    program = _word(k2[0]).replace("$$", "$")
    return " ".join([program, *(word if word == _INSTANCE else _word(word) for word in (*k2[1:], *arguments))])


def _word(text: str) -> str:
    escaped = text.replace("\\", r"\\").replace('"', r"\"").replace("%", "%%").replace("$", "$$")
    return escaped if text.isprintable() and not set(" \"'\\;") & set(text) else f'"{escaped}"'
