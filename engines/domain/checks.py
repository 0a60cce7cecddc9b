"""What `k2 doctor` looks at, and what it found: the same for checks of the program and of an engine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

MUST_BE_MENDED = 2
"""The exit code of a check that fails until somebody mends something."""


class Health(StrEnum):
    """How something stands."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at.

    Attributes:
        name: What.
        health: How it stands.
        found: What was found; never a secret.
        fix: What mends it, to be pasted where that is possible; empty where nothing is to be mended.
        exit_code: What it makes doctor end with: 0 unless it failed.
    """

    name: str
    health: Health
    found: str
    fix: str = ""
    exit_code: int = 0


def good(name: str, found: str) -> Check:
    """All is well."""
    return Check(name=name, health=Health.OK, found=found)


def doubtful(name: str, found: str, *, fix: str) -> Check:
    """It runs, but somebody should look."""
    return Check(name=name, health=Health.WARNING, found=found, fix=fix)


def bad(name: str, found: str, *, fix: str, exit_code: int = MUST_BE_MENDED) -> Check:
    """It does not run like this."""
    return Check(name=name, health=Health.FAILED, found=found, fix=fix, exit_code=exit_code)


def skipped(name: str, why: str) -> Check:
    """It was not looked at."""
    return Check(name=name, health=Health.SKIPPED, found=why)


class Machine(Protocol):
    """What a check may ask of the machine it runs on."""

    @property
    def variables(self) -> Mapping[str, str]:
        """The environment variables."""

    @property
    def home(self) -> Path:
        """The user's folder."""

    def version_of(self, package: str, /) -> str | None:
        """The version of an installed package; None where there is none."""

    def folder_of(self, package: str, /) -> Path | None:
        """Where a package lies; None where it is not installed."""

    def find_program(self, name: str, /) -> str | None:
        """Where the program of that name on the PATH lies; None where there is none."""

    def says(self, command: Sequence[str], /) -> str | None:
        """Everything that a program says; None where it cannot be run."""

    def files(self, pattern: str, /) -> Sequence[str]:
        """The files whose paths match a shell's pattern."""
