"""The check of the free space wherever k2 keeps files on this machine."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from engines.domain.checks import Check, bad, doubtful, good
from k2cli.doctor.patient import Patient
from k2cli.exit_codes import ExitCode
from k2cli.language.words import size
from k2cli.settings import Settings

_LOW = 2 << 30
_OUT = 200 << 20
_OF_NO_FOLDER = "make room: df -h /tmp; or export TMPDIR=/a/folder/with/room"


def disk(patient: Patient) -> Iterator[Check]:
    """Check whether there is enough free space for a run."""
    try:
        folders = _folders(patient)
    except FileNotFoundError:  # so says Python where it can write to none of its folders
        found = "no folder for temporary files can be written: there is no space at all, or none is writable"
        yield bad("disk", found, fix=_OF_NO_FOLDER, exit_code=ExitCode.UNAVAILABLE)
        return
    room = {name: patient.machine.free(folder) for name, folder in folders.items()}
    name = min(room, key=lambda key: room[key])
    found = f"{size(room[name])} free at {folders[name]} ({name})"
    fix = f"k2 ohlcv prune --dry-run, then --yes; or make room: du -xh {folders[name]} | sort -h | tail"
    if room[name] < _OUT:
        yield bad("disk", found, fix=fix, exit_code=ExitCode.UNAVAILABLE)
    elif room[name] < _LOW:
        yield doubtful("disk", found, fix=fix)
    else:
        yield good("disk", found)


def _folders(patient: Patient) -> dict[str, Path]:
    """Local folders by what they hold; the one with the least free space decides the check."""
    found = {"temporary files": Path(tempfile.gettempdir())}
    if isinstance(patient.settings, Settings):
        database, warehouse = patient.settings.local_paths()
        log = patient.settings.run_log()
        local = {"catalog": database and database.parent, "warehouse": warehouse, "run log": log and log.parent}
        found |= {name: folder for name, folder in local.items() if folder}
    return found
