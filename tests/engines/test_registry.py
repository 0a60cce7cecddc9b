"""Engines are found by their entry points; what is wrong with one is said with its cure."""

import sys
from importlib.metadata import Distribution, EntryPoint
from pathlib import Path
from types import ModuleType

import pytest

from engines.base import CatalogConfig, EngineConfig
from engines.errors import UsageError
from engines.polars.engine import PolarsEngine
from engines.registry import engine_class, engine_names, open_engine, open_lake

CONFIG = EngineConfig(catalog=CatalogConfig(name="k2", properties={}))


class Needy(PolarsEngine):
    name = "needy"
    needs = ("polars", "no_such_module")


class Installed(Distribution):
    """A distribution without files."""

    def __init__(self, metadata: str) -> None:
        self._metadata = metadata

    def read_text(self, filename: str) -> str | None:
        return self._metadata if filename == "METADATA" else None

    def locate_file(self, path: object) -> Path:
        raise NotImplementedError


@pytest.fixture(autouse=True)
def points(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("somebodys")
    module.Needy, module.number = Needy, 7  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "somebodys", module)
    own = Installed("Metadata-Version: 2.1\nName: somebodys-engines\nProvides-Extra: needy\n")
    found = [
        EntryPoint(name, value, "k2.engines")._for(own)  # type: ignore[attr-defined]  # noqa: SLF001 - as metadata does
        for name, value in {
            "absent": "no_such_module:Engine",
            "needy": "somebodys:Needy",
            "number": "somebodys:number",
        }.items()
    ]
    monkeypatch.setattr("engines.registry.installed", lambda: tuple(found))


def refused(name: str) -> UsageError:
    with pytest.raises(UsageError) as raised:
        open_lake(name, CONFIG)
    return raised.value


def test_an_engine_that_is_not_installed_is_told_beside_those_that_are() -> None:
    error = refused("abacus")

    assert error.message == "no engine named 'abacus' is installed"
    assert error.hint == "installed engines: absent, needy, number"
    assert engine_names() == ("absent", "needy", "number")


def test_an_engine_that_cannot_be_imported_names_the_distribution_it_came_with() -> None:
    error = refused("absent")

    assert "'absent' (no_such_module:Engine) cannot be imported: No module named 'no_such_module'" in error.message
    assert error.hint == "pip install somebodys-engines"


def test_an_engine_that_lacks_a_module_names_the_extra_that_brings_it() -> None:
    error = refused("needy")

    assert error.message == "engine 'needy' needs no_such_module, which is not installed"
    assert error.hint == "pip install 'somebodys-engines[needy]'"
    assert engine_class("needy") is Needy


def test_what_is_no_engine_is_not_opened() -> None:
    assert "'number' (somebodys:number) is not a subclass of engines.base.Engine" in refused("number").message


def test_an_option_that_an_engine_does_not_know_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Needy, "needs", ())
    config = EngineConfig(catalog=CONFIG.catalog, options={"beads": 3})
    with pytest.raises(UsageError, match="engine needy has no option 'beads'"):
        open_engine("needy", config)
