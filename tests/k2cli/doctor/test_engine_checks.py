"""Engines bring checks of their own: those of the engine in use count, those of others warn."""

# ruff: noqa: ANN401 - the fixtures' types live in conftest.py, which importlib mode lets nobody import

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from types import ModuleType
from typing import Any

import pytest

from engines.base import Options, Secret
from engines.domain.checks import Check, Health, Machine, bad, good
from engines.polars.engine import PolarsEngine
from k2cli.doctor.engines import engines
from tests.k2cli.doctor.findings import only


@dataclass(frozen=True, slots=True, kw_only=True)
class AbacusOptions(Options):
    beads: int = 10
    licence: Secret | None = None


class Abacus(PolarsEngine):
    name = "abacus"
    options_type = AbacusOptions

    @classmethod
    def checks(cls, options: Mapping[str, object], machine: Machine) -> Iterable[Check]:
        known = AbacusOptions.of(options, engine=cls.name)
        found = f"{known.beads} beads, licence {known.licence!r}, pip {bool(machine.version_of('pip'))}"
        yield good("beads", found) if known.beads > 1 else bad("beads", found, fix="buy beads")


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("abacus_engine")
    module.Abacus = Abacus  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "abacus_engine", module)
    points = (
        EntryPoint("abacus", "abacus_engine:Abacus", "k2.engines"),
        EntryPoint("polars", "engines.polars.engine:PolarsEngine", "k2.engines"),
    )
    monkeypatch.setattr("engines.registry.installed", lambda: points)


def test_the_checks_of_an_engine_know_its_options_and_the_machine(ward: Any) -> None:
    ward.installed({"pip": "25"})
    ward.variables["K2_ENGINES__ABACUS__BEADS"] = "7"

    assert only(engines(ward.patient())).found == "7 beads, licence None, pip True"


def test_what_an_engine_lacks_fails_where_it_is_in_use_and_else_warns(ward: Any) -> None:
    ward.variables["K2_ENGINES__ABACUS__BEADS"] = "1"
    yellow = only(engines(ward.patient()))
    assert (yellow.health, yellow.fix) == (Health.WARNING, "buy beads")

    ward.variables["K2_ENGINE"] = "abacus"
    red = only(engines(ward.patient()))
    assert (red.health, red.exit_code) == (Health.FAILED, 2)


def test_an_engine_that_is_not_ready_is_passed_over_unless_it_is_in_use(
    ward: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Abacus, "needs", ("no_such_module",))
    grey = only(engines(ward.patient()))
    assert grey.health is Health.SKIPPED
    assert "'abacus' needs no_such_module" in grey.found

    ward.variables["K2_ENGINE"] = "abacus"
    assert only(engines(ward.patient())).exit_code == 2


def test_an_engine_in_use_that_is_not_installed_is_red(ward: Any) -> None:
    ward.variables["K2_ENGINE"] = "elsewhere"
    red = next(check for check in engines(ward.patient()) if check.health is Health.FAILED)

    assert (red.name, red.exit_code) == ("elsewhere", 2)


def test_settings_of_an_engine_that_is_not_installed_are_told_to_be_unchecked(ward: Any) -> None:
    ward.variables["K2_ENGINES__ELSEWHERE__SPEED"] = "3"
    grey = next(check for check in engines(ward.patient()) if check.name == "[engines.elsewhere]")

    assert (grey.health, grey.found) == (Health.SKIPPED, "not checked: that engine is not installed here")


def test_a_secret_that_a_check_repeats_is_masked(ward: Any) -> None:
    ward.variables["K2_ENGINES__ABACUS__LICENCE"] = "s3cret"

    assert "licence '***'" in only(engines(ward.patient())).found


def test_broken_settings_leave_the_engines_to_their_defaults(ward: Any) -> None:
    ward.variables["K2_GRACE"] = "10x"

    assert "10 beads" in only(engines(ward.patient())).found
