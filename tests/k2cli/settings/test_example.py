"""examples/k2.toml shows every setting, with its default."""

from pathlib import Path

from k2cli.settings import load_settings
from k2cli.settings.sources import FREE, known_keys

EXAMPLE = Path(__file__).parents[3] / "examples" / "k2.toml"


def test_the_example_names_every_setting(tmp_path: Path) -> None:
    written = load_settings(flags={}, variables={}, cwd=tmp_path, config=EXAMPLE).origins

    assert sorted(written) == sorted([*known_keys(), *FREE])


def test_the_example_is_the_defaults(tmp_path: Path) -> None:
    written = load_settings(flags={}, variables={}, cwd=tmp_path, config=EXAMPLE).settings
    local = load_settings(flags={}, variables={}, cwd=EXAMPLE.parent).settings
    bare = load_settings(flags={}, variables={}, cwd=tmp_path).settings

    assert written == local
    assert written.model_dump(exclude={"catalog"}) == bare.model_dump(exclude={"catalog"})
    assert written.catalog.name == bare.catalog.name
