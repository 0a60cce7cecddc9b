"""examples/k2.toml shows every setting, with its default."""

from pathlib import Path

from k2cli.settings import load_settings
from k2cli.settings.options import declaration
from k2cli.settings.places import PROPERTIES, known_keys

EXAMPLE = Path(__file__).parents[3] / "examples" / "k2.toml"


def test_the_example_names_every_setting(tmp_path: Path) -> None:
    written = load_settings(flags={}, variables={}, cwd=tmp_path, config=EXAMPLE).origins

    spark = declaration("spark")
    assert spark is not None
    assert sorted(written) == sorted([*known_keys(), PROPERTIES, *(f"engines.spark.{key}" for key in spark.keys)])


def test_the_example_is_the_defaults(tmp_path: Path) -> None:
    written = load_settings(flags={}, variables={}, cwd=tmp_path, config=EXAMPLE).settings
    local = load_settings(flags={}, variables={}, cwd=EXAMPLE.parent).settings
    bare = load_settings(flags={}, variables={}, cwd=tmp_path).settings

    assert written == local
    assert written.model_dump(exclude={"catalog", "engines"}) == bare.model_dump(exclude={"catalog", "engines"})
    assert written.engines.of("spark") == bare.engines.of("spark")
    assert written.catalog.name == bare.catalog.name
