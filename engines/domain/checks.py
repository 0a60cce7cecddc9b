"""Checks of `k2 doctor` and their results; those of the program and those of engines share these types."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

MUST_BE_MENDED = 2
"""Exit code of a failed check that needs something to be fixed."""


class Health(StrEnum):
    """The outcome of a check."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """The result of one check.

    Attributes:
        name: Name of what was checked.
        health: The outcome.
        found: What was found; never contains a secret.
        fix: How to fix it, as a command to paste if possible; empty if there is nothing to fix.
        exit_code: Exit code that the check demands of doctor: 0 unless it failed.
    """

    name: str
    health: Health
    found: str
    fix: str = ""
    exit_code: int = 0


def good(name: str, found: str) -> Check:
    """Return the result of a check that passed."""
    return Check(name=name, health=Health.OK, found=found)


def doubtful(name: str, found: str, *, fix: str) -> Check:
    """Return the result of a check that found a possible problem; the program works nevertheless."""
    return Check(name=name, health=Health.WARNING, found=found, fix=fix)


def bad(name: str, found: str, *, fix: str, exit_code: int = MUST_BE_MENDED) -> Check:
    """Return the result of a check that failed; the program does not work until it is fixed."""
    return Check(name=name, health=Health.FAILED, found=found, fix=fix, exit_code=exit_code)


def skipped(name: str, why: str) -> Check:
    """Return the result of a check that was not made."""
    return Check(name=name, health=Health.SKIPPED, found=why)


class Machine(Protocol):
    """What a check may find out about the machine it runs on."""

    @property
    def variables(self) -> Mapping[str, str]:
        """The environment variables."""

    @property
    def home(self) -> Path:
        """The user's home folder."""

    def version_of(self, package: str, /) -> str | None:
        """The version of an installed package; None if it is not installed."""

    def folder_of(self, package: str, /) -> Path | None:
        """The folder of an installed package; None if it is not installed."""

    def find_program(self, name: str, /) -> str | None:
        """The path of a program on the PATH; None if it is not found."""

    def says(self, command: Sequence[str], /) -> str | None:
        """The output of a program; None if it cannot be run."""

    def files(self, pattern: str, /) -> Sequence[str]:
        """The files whose paths match a shell pattern."""
