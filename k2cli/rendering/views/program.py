"""The views of the engines and the settings."""

import json
from collections.abc import Iterator

from k2cli import reports as r
from k2cli.rendering.blocks import Block, Sentence, table
from k2cli.rendering.views.view import view


@view.register
def _(report: r.EnginesReport) -> Iterator[Block]:
    rows = [(("* " if e.selected else "  ") + e.name, e.module, e.distribution) for e in report.engines]
    yield table("  name", "module", "installed by", rows=rows)
    yield Sentence('* is used; choose another with --engine NAME, K2_ENGINE or engine = "NAME" in k2.toml')


@view.register
def _(report: r.ConfigReport) -> Iterator[Block]:
    if all(s.origin is None for s in report.settings):
        yield table("setting", "value", rows=[(s.key, s.value) for s in report.settings], wraps=("value",))
    else:
        rows = [(s.key, s.value, s.origin or "") for s in report.settings]
        yield table("setting", "value", "origin", rows=rows, wraps=("value", "origin"))


@view.register
def _(report: r.PyIcebergReport) -> Iterator[Block]:
    """Show the text of a .pyiceberg.yaml; values are written as JSON strings, which are valid YAML."""
    yield Sentence("# .pyiceberg.yaml, for the home or the working directory")
    yield Sentence("catalog:")
    yield Sentence(f"  {json.dumps(report.name)}:")
    for name, value in report.properties.items():
        yield Sentence(f"    {name}: {json.dumps(value, ensure_ascii=False)}")
    for name in report.secrets_left_out:
        variable = f"PYICEBERG_CATALOG__{report.name}__{name}".upper().replace(".", "__").replace("-", "_")
        yield Sentence(f"    # {name} holds a secret: set {variable}, or write it by --secrets", "warning")
