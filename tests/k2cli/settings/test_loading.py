"""Flags > environment > k2.toml > the user's file > defaults; what is wrong is said with its place."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr

from engines.errors import UsageError
from k2cli.settings import LoadedSettings, load_settings

Load = Callable[..., LoadedSettings]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    def loaded(
        toml: str | None = None, *, user: str | None = None, flags: dict[str, str] | None = None, **variables: str
    ) -> LoadedSettings:
        if toml is not None:
            (tmp_path / "k2.toml").write_text(toml)
        if user is not None:
            (tmp_path / "user.toml").write_text(user)
        below = tmp_path / "a" / "b"
        below.mkdir(parents=True, exist_ok=True)
        return load_settings(flags=flags or {}, variables=variables, cwd=below, user_file=tmp_path / "user.toml")

    return loaded


def test_the_defaults_are_a_local_catalog(load: Load, tmp_path: Path) -> None:
    loaded = load()
    data = tmp_path / "a" / "b" / "k2-data"

    assert loaded.settings.engine == "polars"
    assert loaded.settings.catalog.revealed() == {
        "type": "sql",
        "uri": f"sqlite:///{data}/catalog.db?timeout=60",
        "warehouse": f"file://{data}/warehouse",
    }
    assert loaded.settings.tables.trades == "gold_crypto_trades"
    assert not data.exists()
    assert loaded.origins == {}


def test_the_nearest_file_above_anchors_the_default_catalog(load: Load, tmp_path: Path) -> None:
    loaded = load('grace = "10s"')

    assert loaded.settings.grace == 10_000_000
    assert loaded.folder == tmp_path
    assert loaded.settings.local_paths() == (tmp_path / "k2-data/catalog.db", tmp_path / "k2-data/warehouse")


def test_each_place_wins_over_the_next(load: Load, tmp_path: Path) -> None:
    def engine(loaded: LoadedSettings) -> tuple[str, str | None]:
        return loaded.settings.engine, loaded.origins.get("engine")

    assert engine(load()) == ("polars", None)
    assert engine(load(user='engine = "user"')) == ("user", str(tmp_path / "user.toml"))
    assert engine(load('engine = "file"')) == ("file", str(tmp_path / "k2.toml"))
    assert engine(load(K2_ENGINE="variable")) == ("variable", "env K2_ENGINE")
    assert engine(load(K2_ENGINE="variable", flags={"engine": "flag"})) == ("flag", "flag --engine")


def test_sections_are_merged_key_by_key(load: Load) -> None:
    tables = load('[tables]\ntrades = "t"', user='[tables]\nnamespace = "n"', K2_TABLES__CANDLES="c").settings.tables

    assert (tables.namespace, tables.trades, tables.candles) == ("n", "t", "c")


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "k2.toml").write_bytes(b'\xef\xbb\xbfengine = "x"')

    assert load_settings(flags={}, variables={}, cwd=tmp_path).settings.engine == "x"


def test_config_names_another_file(tmp_path: Path) -> None:
    (tmp_path / "k2.toml").write_text('engine = "near"')
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "my.toml").write_text('engine = "named"\n[catalog]\nuri = "sqlite:///x/c.db"')
    loaded = load_settings(flags={}, variables={}, cwd=tmp_path, config=Path("other/my.toml"))

    assert loaded.settings.engine == "named"
    assert loaded.settings.local_paths() == (tmp_path / "other/x/c.db", tmp_path / "other/x/warehouse")


def test_relative_paths_are_meant_from_where_they_are_written(load: Load, tmp_path: Path) -> None:
    toml = '[catalog]\nuri = "sqlite:///data/c.db"\nwarehouse = "lake"'

    assert load(toml).settings.local_paths() == (tmp_path / "data/c.db", tmp_path / "lake")
    assert load(K2_CATALOG__URI="sqlite:///d/c.db").settings.local_paths()[0] == tmp_path / "a/b/d/c.db"


def test_so_are_the_files_of_every_section(load: Load, tmp_path: Path) -> None:
    """A scheduler starts k2 anywhere, and names the settings file."""
    toml = (
        '[runs]\nlog = "runs.ndjson"\nmetrics = "k2.prom"\n[lineage]\ntransport = "lineage.ndjson"\n'
        '[spark]\njars = ["jars/iceberg.jar", "file:/srv/aws.jar", "s3://bucket/x.jar"]'
    )
    settings = load(toml).settings

    assert (settings.runs.log, settings.runs.metrics) == (f"{tmp_path}/runs.ndjson", f"{tmp_path}/k2.prom")
    assert settings.lineage.transport == f"{tmp_path}/lineage.ndjson"
    assert settings.engines.of("spark").revealed()["jars"] == (
        f"{tmp_path}/jars/iceberg.jar",
        "file:/srv/aws.jar",
        "s3://bucket/x.jar",
    )


def test_words_and_addresses_in_the_place_of_a_file_stay(load: Load) -> None:
    settings = load('[runs]\nlog = "auto"\n[lineage]\ntransport = "http://127.0.0.1:5000"').settings

    assert (settings.runs.log, settings.lineage.transport) == ("auto", "http://127.0.0.1:5000")


def test_a_sqlite_uri_waits_for_locks(load: Load) -> None:
    catalog = load('[catalog]\nuri = "sqlite:////abs/c.db?mode=rw"').settings.catalog

    assert catalog.uri == "sqlite:////abs/c.db?mode=rw&timeout=60"


def test_other_uris_and_warehouses_stay_as_they_are(load: Load) -> None:
    catalog = load('[catalog]\nuri = "https://h/api"\nwarehouse = "s3://b/w"').settings.catalog

    assert catalog.revealed() == {"uri": "https://h/api", "warehouse": "s3://b/w"}


def test_properties_come_bare_quoted_and_from_the_environment(load: Load) -> None:
    toml = '[catalog.properties]\ns3.endpoint = "http://h"\n"s3.path-style-access" = true\n"s3.connect-timeout" = 5'
    properties = load(toml, K2_CATALOG__PROPERTIES__S3__ACCESS_KEY_ID="me").settings.catalog.revealed()

    assert properties["s3.endpoint"] == "http://h"
    assert properties["s3.path-style-access"] == "true"
    assert properties["s3.connect-timeout"] == "5"
    assert properties["s3.access-key-id"] == "me"


def test_secrets_are_secret_strings_and_only_the_engine_sees_them(load: Load) -> None:
    toml = '[catalog]\nuri = "postgresql://bob:hunter22@db/x"\n[catalog.properties]\n"s3.secret-access-key" = "s3cret"'
    loaded = load(toml)

    assert isinstance(loaded.settings.catalog.uri, SecretStr)
    assert "hunter22" not in repr(loaded)
    assert "s3cret" not in repr(loaded)
    assert loaded.settings.secrets() == {"hunter22", "s3cret"}
    config = loaded.settings.engine_config("1.2.3")
    assert config.catalog.properties["uri"] == "postgresql://bob:hunter22@db/x"
    assert config.catalog.properties["s3.secret-access-key"] == "s3cret"
    assert "hunter22" not in repr(config)
    assert config.version == "1.2.3"


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ('engin = "x"', ("k2.toml", "'engin'", "did you mean 'engine'?")),
        ('[catalog]\nurl = "x"', ("k2.toml", "'catalog.url'", "did you mean 'uri'?")),
        ("[tabels]\n", ("k2.toml", "'tabels'", "did you mean 'tables'?")),
        ("zzz = 1", ("'zzz'", "known: engine, grace, catalog, tables")),
        ("catalog = 3", ("'catalog' is a section", "[catalog]")),
        ('engine = "x"\n[catalog\n', ("k2.toml:2", "not TOML")),
        ("engine = ", ("k2.toml", "not TOML")),
        ("engine = 3", ("k2.toml", "engine", "valid string")),
        ('grace = "10 mins"', ("k2.toml", "grace", "did you mean 10m?")),
        ("grace = -1", ("k2.toml", "grace", "not a duration")),
        ('[catalog]\ntype = "sqll"', ("k2.toml", "catalog.type", "'sqll'", "did you mean 'sql'?")),
        ('[catalog]\ntype = "rest"', ("k2.toml", "a catalog of type rest needs a uri")),
        ('[tables]\ntrades = "a b"', ("k2.toml", "tables.trades", "letters, digits")),
        ('[tables]\ntrades = ""', ("k2.toml", "tables.trades")),
        ('[trades]\nremoved = "keeep"', ("k2.toml", "trades.removed cannot be 'keeep'", "did you mean 'keep'?")),
        ('[trades]\nremoved = "drop"', ("k2.toml", "known: ask, recompute, keep, refuse")),
        ('[trades]\nretention = "90 dais"', ("k2.toml", "trades.retention", "did you mean 90d?")),
        ("[catalog]\nproperties = 3", ("'catalog.properties' is a section", "[catalog.properties]")),
    ],
)
def test_what_is_wrong_in_a_file_is_said_with_its_place(load: Load, toml: str, words: tuple[str, ...]) -> None:
    with pytest.raises(UsageError) as raised:
        load(toml)

    for word in words:
        assert word in f"{raised.value.message} {raised.value.hint}"


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"K2_ENGIN": "x"}, ("K2_ENGIN", "did you mean 'K2_ENGINE'?")),
        ({"K2_CATALOG__URL": "x"}, ("K2_CATALOG__URL", "did you mean 'K2_CATALOG__URI'?")),
        ({"K2_CATALOG": "x"}, ("K2_CATALOG",)),
        ({"K2_ENGINE": ""}, ("env K2_ENGINE", "at least 1 character")),
        ({"K2_CATALOG__URI": ""}, ("env K2_CATALOG__URI", "at least 1 character")),
        ({"K2_CATALOG__WAREHOUSE": ""}, ("env K2_CATALOG__WAREHOUSE", "at least 1 character")),
        ({"K2_GRACE": "soon"}, ("env K2_GRACE", "grace", "not a duration")),
        ({"K2_TRADES__REMOVED": "x"}, ("env K2_TRADES__REMOVED", "cannot be 'x'")),
        ({"K2_TRADES__REMOVE": "x"}, ("K2_TRADES__REMOVE", "did you mean 'K2_TRADES__REMOVED'?")),
    ],
)
def test_what_is_wrong_in_the_environment_is_said_with_its_name(
    load: Load, variables: dict[str, str], words: tuple[str, ...]
) -> None:
    with pytest.raises(UsageError) as raised:
        load(**variables)

    for word in words:
        assert word in f"{raised.value.message} {raised.value.hint}"


def test_variables_that_are_no_settings_are_let_be(load: Load) -> None:
    assert load(K2_DEBUG="1", PATH="/bin").origins == {}


def test_a_wrong_value_that_may_be_secret_is_not_repeated(load: Load) -> None:
    with pytest.raises(UsageError) as raised:
        load('[catalog]\nuri = ["hunter22"]')

    assert "hunter22" not in f"{raised.value} {raised.value.hint} {raised.value.__cause__}"


@pytest.mark.parametrize("kind", ["missing", "folder", "binary"])
def test_a_settings_file_that_cannot_be_read(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "my.toml"
    if kind == "folder":
        path.mkdir()
    elif kind == "binary":
        path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match=r"my\.toml"):
        load_settings(flags={}, variables={}, cwd=tmp_path, config=path)


def test_a_folder_with_a_blank_in_its_name_is_not_percent_encoded(tmp_path: Path) -> None:
    folder = tmp_path / "a folder"
    folder.mkdir()
    settings = load_settings(flags={}, variables={}, cwd=folder).settings

    assert settings.catalog.warehouse == f"file://{folder}/k2-data/warehouse"
    assert settings.local_paths()[1] == folder / "k2-data/warehouse"


def test_a_retention_of_the_source_is_none_unless_set_and_can_be_taken_back(load: Load) -> None:
    assert load().settings.trades.retention is None
    assert load('[trades]\nretention = "90d"').settings.trades.retention == 90 * 86_400_000_000
    assert load(K2_TRADES__RETENTION="none").settings.trades.retention is None


@pytest.mark.parametrize("text", ["12345678901234567890", "1e5", "true", '{"a": 1}', "[1]", "null"])
def test_a_variable_is_taken_as_it_is_written(load: Load, text: str) -> None:
    """Libraries like to read numbers and JSON out of variables; a password is neither."""
    properties = load(K2_CATALOG__PROPERTIES__TOKEN=text, K2_CATALOG__PROPERTIES__S3__SECRET_ACCESS_KEY=text)

    assert properties.settings.engine_config("").catalog.properties["token"] == text
    assert properties.settings.engine_config("").catalog.properties["s3.secret-access-key"] == text


def test_a_property_may_begin_with_the_name_of_another(load: Load) -> None:
    properties = load(
        K2_CATALOG__PROPERTIES__S3__SIGNER="S3V4RestSigner", K2_CATALOG__PROPERTIES__S3__SIGNER__URI="https://h"
    ).settings.catalog.properties

    assert properties == {"s3.signer": "S3V4RestSigner", "s3.signer.uri": "https://h"}


def test_the_nearer_place_wins_however_a_property_is_written(load: Load) -> None:
    user, toml = '[catalog.properties]\ns3.region = "far"', '[catalog.properties]\n"s3.region" = "near"'

    assert load(toml, user=user).settings.catalog.properties == {"s3.region": "near"}
    assert load(K2_CATALOG__PROPERTIES__S3__REGION="here").settings.catalog.properties == {"s3.region": "here"}


def test_the_process_s_own_variables_are_not_read(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("K2_ENGINE", "sneaky")
    monkeypatch.setenv("K2_CATALOG__NAME", "sneaky")
    settings = load().settings

    assert (settings.engine, settings.catalog.name) == ("polars", "k2")
