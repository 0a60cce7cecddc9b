"""Our Markdown: every link leads somewhere, every command is run by a test or says why not, nothing is out of date."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from k2cli.exit_codes import ExitCode
from tests.documents import ROOT, anchors, blocks, links

DOCUMENTS = sorted(
    path
    for path in (
        *ROOT.glob("*.md"),
        *(p for folder in ("docker", "engines", "examples") for p in ROOT.rglob(f"{folder}/**/*.md")),
    )
    if not any(part.startswith(".") or part in ("build", "dist") for part in path.relative_to(ROOT).parts)
)
README = ROOT / "README.md"
COOKBOOK = [*sorted((ROOT / "examples").glob("*.md")), ROOT / "examples" / "layouts" / "README.md"]
RUN_ELSEWHERE = {
    ("README.md", "Start"): "tests/end_to_end/test_tour.py",
    ("README.md", "Files"): "tests/end_to_end/test_cases_of_files.py",
    ("README.md", "Your csv in three steps"): "tests/end_to_end/test_layouts.py",
    ("README.md", "Contracts"): "tests/end_to_end/test_layouts.py",
    ("README.md", "Those that come with k2"): "tests/end_to_end/test_layouts.py",
    ("README.md", "Your own table"): "tests/end_to_end/test_own_table.py",
    ("files.md", "Out again"): "tests/end_to_end/test_tour.py",
    ("own_table.md", None): "tests/end_to_end/test_own_table.py",
    ("cluster.md", None): "tests/deployments, block by block",
    ("reading.md", None): "tests/end_to_end/test_reading_page.py",
    ("monitoring.md", None): "tests/end_to_end/test_observability.py",
}
"""By page and chapter, or by page alone."""


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(document: Path) -> None:
    """Files and headings of ours have to be there; addresses of others are only read, for a test asks nobody."""
    for address in links(document):
        parts = urlsplit(address)
        if parts.scheme:
            assert parts.scheme in ("https", "http"), address
            assert re.fullmatch(r"[\w.-]+(:\d+)?", parts.netloc), address
            assert parts.scheme == "https" or parts.hostname == "127.0.0.1", address
            continue
        target = (document.parent / parts.path).resolve() if parts.path else document
        assert target.exists(), address
        assert target.is_relative_to(ROOT), address
        assert not parts.fragment or parts.fragment in anchors(target), address


@pytest.mark.parametrize("document", [README, *COOKBOOK], ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_is_run_somewhere(document: Path) -> None:
    loose = [
        f"{block.line}: {block.text}"
        for block in blocks(document)
        if block.language == "sh"
        and "not run" not in block.marks
        and not RUN_ELSEWHERE.keys() & {(document.name, block.chapter), (document.name, None)}
    ]

    assert loose == []


def test_the_readme_is_a_front_door_and_the_cookbook_lists_its_pages() -> None:
    cookbook = (ROOT / "examples" / "README.md").read_text(encoding="utf-8")

    assert len(README.read_text(encoding="utf-8").splitlines()) <= 300
    assert all(f"]({page.name})" in cookbook for page in COOKBOOK if page.name != "README.md")


def test_a_test_that_a_page_names_is_there() -> None:
    named = {
        name
        for path in (README, *COOKBOOK, ROOT / "docker" / "README.md")
        for name in re.findall(r"(?:tests/[\w/]+/)?test_\w+\.py", path.read_text(encoding="utf-8"))
    }

    assert named
    for name in named:
        assert list(ROOT.rglob(name if "/" in name else f"tests/**/{name}")), name


def test_every_exit_code_is_explained() -> None:
    rows = re.findall(r"^\| ([\d, ]+) \| ", README.read_text(encoding="utf-8"), re.MULTILINE)
    told = {int(code) for row in rows for code in row.split(",")}

    assert told == {int(code) for code in ExitCode}


def test_a_pipeline_takes_less_than_ten_commands() -> None:
    """From a clone to one that is scheduled and monitored, of all that a newcomer types."""
    (first, pipeline) = (block.text for block in blocks(README) if block.language == "sh" and block.chapter == "Start")
    typed = [line for line in (first.splitlines()[0], *pipeline.splitlines()) if line.strip()]

    assert len(typed) < 10
    assert "k2 schedule crontab" in pipeline
    assert "--max-lag" in typed[-1]


def test_it_speaks_of_all_engines() -> None:
    text = README.read_text(encoding="utf-8")

    assert "One engine" not in text
    for engine in ("Polars", "Spark", "DuckDB"):
        assert engine in text.partition("## Exit codes")[0]


def test_no_claim_about_others_is_without_a_source() -> None:
    table = README.read_text(encoding="utf-8").partition("## Beside the alternatives")[2].partition("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ")][2:]  # the first are the head and k2 itself

    assert len(rows) == 6
    assert all("](https://" in row for row in rows)
    assert all(row.split("|")[-2].strip() for row in rows)  # where they are better
