"""[engines.NAME]: what an engine declares is checked, read and hidden like any other setting."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pydantic import SecretStr

from engines.base import Location, Options, Secret
from engines.errors import UsageError
from engines.polars.engine import PolarsEngine
from k2cli.settings import LoadedSettings, load_settings


@dataclass(frozen=True, slots=True, kw_only=True)
class AbacusOptions(Options):
    beads: int = 10
    tidy: bool = False
    wood: str | None = None
    licence: Secret | None = None
    password: str | None = None
    manual: Location | None = None
    rods: tuple[Location, ...] = ()
    more: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.beads < 1:
            raise ValueError("an abacus without beads counts nothing")


class Abacus(PolarsEngine):
    name = "abacus"
    options_type = AbacusOptions


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A third party's engine beside ours, and one whose module does not import."""
    module = ModuleType("abacus_engine")
    module.Abacus = Abacus  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "abacus_engine", module)
    points = [
        EntryPoint("abacus", "abacus_engine:Abacus", "k2.engines"),
        EntryPoint("broken", "no_such_module:Engine", "k2.engines"),
        EntryPoint("spark", "engines.spark.engine:SparkEngine", "k2.engines"),
    ]
    monkeypatch.setattr("engines.registry.installed", lambda: tuple(points))


def load(folder: Path, toml: str = "", **variables: str) -> LoadedSettings:
    (folder / "k2.toml").write_text(toml)
    return load_settings(flags={}, variables=variables, cwd=folder)


def options(loaded: LoadedSettings, engine: str = "abacus") -> dict[str, Any]:
    return loaded.settings.engines.of(engine).revealed()


def test_every_type_is_read_from_toml(tmp_path: Path) -> None:
    toml = (
        '[engines.abacus]\nbeads = 7\ntidy = true\nwood = "oak"\nmanual = "docs/manual.txt"\nrods = ["a", "s3://b/c"]\n'
        "[engines.abacus.more]\ncolour.left = 1\n"
    )
    found = options(load(tmp_path, toml))

    assert (found["beads"], found["tidy"], found["wood"]) == (7, True, "oak")
    assert found["manual"] == f"{tmp_path}/docs/manual.txt"
    assert found["rods"] == (f"{tmp_path}/a", "s3://b/c")
    assert found["more"] == {"colour.left": "1"}


def test_every_type_is_read_from_variables(tmp_path: Path) -> None:
    loaded = load(
        tmp_path,
        '[engines.abacus]\nwood = "oak"\nbeads = 3',
        K2_ENGINES__ABACUS__BEADS="7",
        K2_ENGINES__ABACUS__TIDY="true",
        K2_ENGINES__ABACUS__WOOD="none",
        K2_ENGINES__ABACUS__RODS="a, /b",
    )
    found = options(loaded)

    assert (found["beads"], found["tidy"], found["wood"]) == (7, True, None)
    assert found["rods"] == (f"{tmp_path}/a", "/b")
    assert loaded.origins["engines.abacus.beads"] == "env K2_ENGINES__ABACUS__BEADS"


def test_what_is_not_written_is_the_engines_default(tmp_path: Path) -> None:
    assert options(load(tmp_path)) == {name: getattr(AbacusOptions(), name) for name in AbacusOptions.__slots__}


def test_the_engine_in_use_is_opened_with_its_own(tmp_path: Path) -> None:
    loaded = load(tmp_path, 'engine = "abacus"\n[engines.abacus]\nbeads = 7\n[engines.spark]\nmaster = "yarn"')

    assert Abacus(loaded.settings.engine_config("1")).options == AbacusOptions(beads=7)


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ("[engines.abacus]\nbeds = 1", ("k2.toml", "unknown key 'engines.abacus.beds'", "did you mean 'beads'?")),
        ("[engines.spark]\nmastr = 1", ("k2.toml", "'engines.spark.mastr'", "did you mean 'master'?")),
        ("[spark]\nmastr = 1", ("k2.toml", "'engines.spark.mastr'", "did you mean 'master'?")),
        ('[engines.abacus]\nbeads = "many"', ("k2.toml", "engines.abacus.beads", "valid integer")),
        ("[engines.abacus]\nbeads = 0", ("k2.toml", "engines.abacus", "without beads counts nothing")),
        ('[engines.abacus]\nwood = ""', ("k2.toml", "engines.abacus.wood", "at least 1 character")),
        ("[engines.abacus]\nmore = 3", ("'engines.abacus.more' is a section",)),
        ("[engines]\nabacus = 3", ("'engines.abacus' is a section", "[engines.abacus]")),
        ("spark = 3", ("'spark' is a section", "[engines.spark]")),
        ("[abacus]\nbeads = 1", ("unknown key 'abacus'",)),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, toml: str, words: tuple[str, ...]) -> None:
    with pytest.raises(UsageError) as raised:
        load(tmp_path, toml)

    for word in words:
        assert word in f"{raised.value.message} {raised.value.hint}"


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"K2_ENGINES__ABACUS__BEDS": "1"}, ("K2_ENGINES__ABACUS__BEDS", "did you mean 'K2_ENGINES__ABACUS__BEADS'?")),
        ({"K2_SPARK__MASTR": "x"}, ("K2_SPARK__MASTR", "did you mean 'K2_ENGINES__SPARK__MASTER'?")),
        ({"K2_ENGINES__ABACUS__BEADS": "x"}, ("env K2_ENGINES__ABACUS__BEADS", "engines.abacus.beads")),
        ({"K2_ENGINES__ABACUS__MORE": "x"}, ("K2_ENGINES__ABACUS__MORE",)),
        ({"K2_ENGINES__ABACUS": "x"}, ("K2_ENGINES__ABACUS",)),
        (
            {"K2_SPARK__MASTER": "yarn", "K2_ENGINES__SPARK__MASTER": "local"},
            ("K2_SPARK__MASTER", "K2_ENGINES__SPARK__MASTER", "differ"),
        ),
    ],
)
def test_a_wrong_variable_is_named(tmp_path: Path, variables: dict[str, str], words: tuple[str, ...]) -> None:
    with pytest.raises(UsageError) as raised:
        load(tmp_path, **variables)

    for word in words:
        assert word in f"{raised.value.message} {raised.value.hint}"


def test_the_former_section_of_spark_is_the_present_one(tmp_path: Path) -> None:
    former = load(tmp_path, '[spark]\nmaster = "yarn"\njars = ["a.jar"]\n[spark.conf]\n"spark.driver.memory" = "8g"')
    mixed = load(
        tmp_path, '[spark.conf]\nspark.driver.memory = "8g"\n[engines.spark]\nmaster = "yarn"\njars = ["a.jar"]'
    )

    assert options(former, "spark") == options(mixed, "spark")
    assert options(former, "spark")["conf"] == {"spark.driver.memory": "8g"}
    assert options(former, "spark")["jars"] == (f"{tmp_path}/a.jar",)
    assert former.origins["engines.spark.master"] == str(tmp_path / "k2.toml")


def test_so_are_its_variables(tmp_path: Path) -> None:
    loaded = load(tmp_path, '[engines.spark]\nmaster = "local"', K2_SPARK__MASTER="yarn")

    assert options(loaded, "spark")["master"] == "yarn"
    assert loaded.origins["engines.spark.master"] == "env K2_SPARK__MASTER"


def test_one_value_in_both_sections_is_no_fault_and_two_are(tmp_path: Path) -> None:
    same = '[spark]\nmaster = "yarn"\n[engines.spark]\nmaster = "yarn"'
    assert options(load(tmp_path, same), "spark")["master"] == "yarn"

    with pytest.raises(UsageError, match=r"k2\.toml: spark\.master and engines\.spark\.master are one setting") as two:
        load(tmp_path, same.replace("yarn", "local", 1))
    assert two.value.hint == "keep engines.spark.master alone"


@pytest.mark.parametrize("name", ["elsewhere", "broken"])
def test_what_is_written_for_an_engine_that_is_not_here_is_taken_as_it_is(tmp_path: Path, name: str) -> None:
    """One file serves machines with different engines; but what looks like a secret is hidden even so."""
    toml = f'[engines.{name}]\nspeed = 3\n[engines.{name}.login]\ntoken = "hunter22"'
    loaded = load(tmp_path, toml, **{f"K2_ENGINES__{name.upper()}__COLOUR": "red"})
    settings = loaded.settings

    assert options(loaded, name) == {"speed": 3, "login": {"token": "hunter22"}, "colour": "red"}
    assert settings.engines.undeclared() == [name]
    assert settings.secrets() == {"hunter22"}
    assert "hunter22" not in repr(settings)


def test_secrets_are_hidden_by_their_type_their_name_and_what_they_hold(tmp_path: Path) -> None:
    toml = (
        '[engines.abacus]\nlicence = "s3cret"\npassword = "hunter22"\nwood = "sc://bob:pine@h"\n'
        '[engines.abacus.more]\n"a.token" = "t0ken"\nplain = "seen"'
    )
    settings = load(tmp_path, toml).settings
    section = settings.engines.of("abacus")
    shown = dict(section.shown())

    assert isinstance(dict(section)["licence"], SecretStr)
    assert {shown[name] for name in ("licence", "password", "wood", "more.a.token")} == {"***"}
    assert shown["more.plain"] == "seen"
    assert {"s3cret", "hunter22", "pine", "t0ken"} <= settings.secrets()
    for secret in ("s3cret", "hunter22", "pine", "t0ken"):
        assert secret not in repr(settings)
