"""`k2 config show` and `k2 engines`."""

# ruff: noqa: ANN401 - the fixtures' types live in conftest.py, which importlib mode lets nobody import

import json
from typing import Any

import pytest
import yaml


def values(ran: Any) -> dict[str, tuple[str, str | None]]:
    return {s["key"]: (s["value"], s["origin"]) for s in json.loads(ran.out)["settings"]}


def test_every_value_tells_its_origin(k2: Any) -> None:
    (k2.folder / "k2.toml").write_text('grace = "10s"\n[tables]\ntrades = "mine"\n')
    (k2.folder / "user.toml").write_text('[tables]\nnamespace = "ours"\n')
    k2.variables = {"K2_CATALOG__PROPERTIES__S3__REGION": "eu"}
    shown = values(k2("config", "show", "--origin", "--engine", "x", "-o", "json"))

    assert shown["engine"] == ("x", "flag --engine")
    assert shown["grace"] == ("10s", str(k2.folder / "k2.toml"))
    assert shown["tables.trades"] == ("mine", str(k2.folder / "k2.toml"))
    assert shown["tables.namespace"] == ("ours", str(k2.folder / "user.toml"))
    assert shown["catalog.properties.s3.region"] == ("eu", "env K2_CATALOG__PROPERTIES__S3__REGION")
    assert shown["tables.candles"] == ("gold_ohlcv", "default")


def test_secrets_are_masked(k2: Any) -> None:
    k2.variables = {
        "K2_CATALOG__URI": "postgresql://bob:hunter22@db/x",
        "K2_CATALOG__PROPERTIES__S3__SECRET_ACCESS_KEY": "s3cret",
    }
    for output in ("table", "json", "csv", "ndjson"):
        ran = k2("config", "show", "--origin", "-o", output)

        assert "postgresql://bob:***@db/x" in ran.out
        assert "hunter22" not in ran.out
        assert "s3cret" not in ran.out


def test_for_pyiceberg_it_is_the_catalog_alone(k2: Any) -> None:
    (k2.folder / "k2.toml").write_text('[catalog]\nname = "lake"\n[catalog.properties]\n"s3.region" = "eu \\"1\\""\n')
    shown = json.loads(k2("config", "show", "--pyiceberg", "-o", "json").out)
    written = yaml.safe_load(k2("config", "show", "--pyiceberg").out)

    assert (shown["name"], shown["secrets_left_out"]) == ("lake", [])
    assert shown["properties"]["uri"] == f"sqlite:///{k2.folder}/k2-data/catalog.db?timeout=60"
    assert shown["properties"]["s3.region"] == 'eu "1"'
    assert written == {"catalog": {"lake": shown["properties"]}}


@pytest.mark.parametrize("output", ["table", "json", "csv", "ndjson"])
def test_for_pyiceberg_secrets_are_left_out_unless_they_are_asked_for(k2: Any, output: str) -> None:
    k2.variables = {
        "K2_CATALOG__TYPE": "sql",
        "K2_CATALOG__URI": "postgresql://bob:hunter22@db/x",
        "K2_CATALOG__PROPERTIES__S3__SECRET_ACCESS_KEY": "s3cret",
    }
    safe = k2("config", "show", "--pyiceberg", "-o", output)
    whole = k2("config", "show", "--pyiceberg", "--secrets", "-o", output)

    assert (safe.code, whole.code) == (0, 0)
    assert "hunter22" not in safe.out
    assert "s3cret" not in safe.out
    assert "postgresql://bob:hunter22@db/x" in whole.out
    assert "s3cret" in whole.out
    if output == "table":
        assert yaml.safe_load(safe.out) == {"catalog": {"k2": {"type": "sql"}}}
        assert "set PYICEBERG_CATALOG__K2__S3__SECRET_ACCESS_KEY, or write it by --secrets" in safe.out
    if output == "json":
        assert json.loads(safe.out)["secrets_left_out"] == ["s3.secret-access-key", "uri"]


def test_all_settings_are_never_shown_with_their_secrets(k2: Any) -> None:
    ran = k2("config", "show", "--secrets")

    assert (ran.code, ran.out) == (2, "")
    assert "--pyiceberg" in ran.err


def test_without_origin_the_origins_are_left_out(k2: Any) -> None:
    ran = k2("config", "show")

    assert ran.out.splitlines()[0].split() == ["setting", "value"]
    assert "default" not in ran.out


def test_config_needs_no_catalog(k2: Any) -> None:
    k2.variables = {"K2_CATALOG__URI": "sqlite:////nowhere/c.db"}

    assert k2("config", "show").code == 0
    assert k2.opened == []


def test_engines_are_listed_with_the_one_in_use(k2: Any) -> None:
    engines = json.loads(k2("engines", "-o", "json").out)["engines"]
    polars = next(engine for engine in engines if engine["name"] == "polars")

    assert polars["selected"] is True
    assert polars["module"] == "engines.polars.engine:PolarsEngine"


def test_an_engine_that_is_not_installed_is_named_with_those_that_are(k2: Any) -> None:
    ran = k2("engines", "--engine", "polar")

    assert ran.code == 2
    assert "'polar'" in ran.err
    assert "polars" in ran.err
