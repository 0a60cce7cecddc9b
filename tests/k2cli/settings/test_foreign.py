"""PyIceberg's own configuration is honoured where k2 is told no more than a name."""

from pathlib import Path

import pytest

from engines.errors import UsageError
from k2cli.settings import LoadedSettings, load_settings

YAML = """\
catalog:
  lake:
    type: rest
    uri: https://catalog/api
    warehouse: s3://b/w
    credential: id:hunter22
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PYICEBERG_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def load(folder: Path, toml: str, **variables: str) -> LoadedSettings:
    (folder / "k2.toml").write_text(toml)
    variables["PYICEBERG_HOME"] = str(folder)
    return load_settings(flags={}, variables=variables, cwd=folder)


def test_a_name_alone_takes_its_properties(home: Path) -> None:
    (home / ".pyiceberg.yaml").write_text(YAML)
    loaded = load(home, '[catalog]\nname = "lake"')

    assert loaded.settings.catalog.revealed() == {
        "type": "rest",
        "uri": "https://catalog/api",
        "warehouse": "s3://b/w",
        "credential": "id:hunter22",
    }
    assert loaded.origins["catalog.uri"] == str(home / ".pyiceberg.yaml")
    assert "hunter22" not in repr(loaded)


def test_variables_of_pyiceberg_count_too(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYICEBERG_CATALOG__LAKE__URI", "https://other")
    loaded = load(home, '[catalog]\nname = "lake"', PYICEBERG_CATALOG__LAKE__URI="https://other")

    assert loaded.settings.catalog.uri == "https://other"
    assert loaded.origins["catalog.uri"] == "env PYICEBERG_CATALOG__LAKE__URI"


def test_a_uri_of_our_own_wins(home: Path) -> None:
    (home / ".pyiceberg.yaml").write_text(YAML)
    loaded = load(home, '[catalog]\nname = "lake"\nuri = "https://mine"')

    assert loaded.settings.catalog.revealed() == {"uri": "https://mine"}


def test_an_unknown_name_is_a_local_catalog(home: Path) -> None:
    (home / ".pyiceberg.yaml").write_text(YAML)

    assert load(home, "").settings.local_paths()[0] == home / "k2-data/catalog.db"


def test_a_broken_file_is_named(home: Path) -> None:
    (home / ".pyiceberg.yaml").write_text("catalog: [")

    with pytest.raises(UsageError, match=r"\.pyiceberg\.yaml cannot be read"):
        load(home, "")


def test_an_empty_file_tells_nothing(home: Path) -> None:
    """It is what ``k2 config show --pyiceberg > .pyiceberg.yaml`` finds: the shell makes the file first."""
    (home / ".pyiceberg.yaml").touch()

    assert load(home, "").settings.catalog.name == "k2"
