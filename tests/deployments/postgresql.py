"""A PostgreSQL server of our own: a cluster in a temporary folder, passwords asked for, reached by TCP only."""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, text

from tests.deployments.service import Service, free_port
from tests.machine import Missing

USER = "k2"


@dataclass(frozen=True)
class PostgreSQL:
    """A running server."""

    port: int
    password: str

    def uri(self, database: str) -> str:
        """The address of a database with its password, as SQLAlchemy takes it."""
        return f"postgresql+pg8000://{USER}:{self.password}@127.0.0.1:{self.port}/{database}"

    def create(self, database: str) -> None:
        """Make an empty database."""
        engine = create_engine(self.uri("postgres"), isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                connection.execute(text(f'CREATE DATABASE "{database}"'))
        finally:
            engine.dispose()


@contextmanager
def postgresql() -> Iterator[PostgreSQL]:
    """Start a server, and end it.

    Raises:
        Missing: PostgreSQL is not installed.
    """
    programs = _programs()
    user = _unprivileged()
    # Not a folder of pytest: those are closed to other users.
    folder = Path(tempfile.mkdtemp(prefix="k2-postgresql-"))
    try:
        password = secrets.token_hex(16)
        _initialise(programs, folder, password, user)
        service, port = _started(programs, folder, user)
        try:
            yield PostgreSQL(port, password)
        finally:
            service.end(signal.SIGINT)  # fast: it does not wait for its clients
    finally:
        shutil.rmtree(folder)


def _programs() -> Path:
    """The folder of the server's programs; Debian keeps them out of the path."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: float(p.parts[-3]))
    found = versions[-1] if versions else shutil.which("initdb")
    if found is None:
        raise Missing("there is no PostgreSQL server on this machine: apt-get install postgresql")
    return Path(found).resolve().parent


def _unprivileged() -> str | None:
    """Whom the server runs as: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def _initialise(programs: Path, folder: Path, password: str, user: str | None) -> None:
    secret = folder / "password"
    secret.write_text(password)
    if user is not None:
        shutil.chown(folder, user)
        shutil.chown(secret, user)
    command = [programs / "initdb", "-D", folder / "data", "-U", USER, "-A", "scram-sha-256", f"--pwfile={secret}"]
    options = ["-E", "UTF8", "--locale=C", "--no-sync"]
    ran = subprocess.run(
        [*map(str, command), *options],
        user=user,
        group=None if user is None else pwd.getpwnam(user).pw_gid,
        extra_groups=None if user is None else [],
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    if ran.returncode != 0:
        raise RuntimeError(ran.stderr)


def _started(programs: Path, folder: Path, user: str | None) -> tuple[Service, int]:
    """A server on a free port: on another one when somebody else was faster."""
    for attempt in range(5):
        port = free_port()
        settings = {"listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": "", "fsync": "off"}
        options = [f"--{name}={value}" for name, value in settings.items()]
        command = [str(programs / "postgres"), "-D", str(folder / "data"), *options]
        service = Service(command, log=folder / f"log.{attempt}", user=user)
        answer = service.said("ready to accept connections|could not create any TCP/IP sockets")
        if answer[0].startswith("ready"):
            return service, port
        service.end()
    raise RuntimeError("no free port for PostgreSQL")
