"""Settings are found as the commands find them; what is given comes first."""

from pathlib import Path
from typing import Any

import pytest

import k2cli
from engines.errors import TableMissing, UsageError


def test_the_nearest_file_upwards_is_the_projects(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "k2.toml").write_text('[tables]\nnamespace = "market_data"\n')
    (folder / "deep" / "er").mkdir(parents=True)
    monkeypatch.chdir(folder / "deep" / "er")

    assert k2cli.open().status().tables[0].exists


@pytest.mark.usefixtures("folder")
def test_variables_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("K2_TABLES__TRADES", "other")

    assert "market_data.other" in repr(k2cli.open())


def test_arguments_come_before_variables_and_files(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("K2_TABLES__TRADES", "of_the_environment")
    (folder / "k2.toml").write_text('[tables]\ncandles = "of_the_file"\nnamespace = "of_the_file"\n')
    lake = k2cli.open(tables={"trades": "given", "namespace": "given"})

    with pytest.raises(TableMissing, match=r"given\.of_the_file_1m"):
        lake.candles("1m")
    with pytest.raises(TableMissing, match=r"given\.given"):
        lake.trades()


def test_a_named_file_stands_in_place_of_the_nearest(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "mine.toml").write_text("")
    monkeypatch.chdir(folder.parent)

    assert k2cli.open("project/mine.toml").status().tables[0].exists
    with pytest.raises(UsageError, match=r"there is no settings file .*theirs\.toml"):
        k2cli.open("theirs.toml")


def test_paths_given_are_relative_to_the_working_directory(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder.parent)
    lake = k2cli.open(catalog={"type": "sql", "uri": "sqlite:///project/k2-data/catalog.db"})

    assert lake.status().tables[0].exists


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"tabels": {"trades": "x"}}, ("argument tabels", "unknown key", "tables")),
        ({"tables": {"trade": "x"}}, ("argument tables.trade", "unknown key", "trades")),
        ({"tables": "x"}, ("argument 'tables' is a section", "mapping")),
        ({"grace": "10 parsecs"}, ("argument grace", "10 parsecs")),
        ({"engine": "plars"}, ("plars", "polars")),
    ],
    ids=str,
)
def test_a_setting_that_is_wrong_is_named(given: dict[str, Any], words: tuple[str, ...]) -> None:
    with pytest.raises(UsageError) as refused:
        k2cli.open(**given)

    for word in words:
        assert word in str(refused.value.failure)


def test_no_catalog_is_made_where_there_is_none(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "empty").mkdir()
    monkeypatch.chdir(folder / "empty")
    with pytest.raises(UsageError, match="there is no catalog at"):
        k2cli.open()

    assert list((folder / "empty").iterdir()) == []


def test_a_closed_lake_connects_again(traded: k2cli.Lake) -> None:
    with traded as lake:
        assert lake.candles("1m").height == 3

    assert lake.candles("1m").height == 3
