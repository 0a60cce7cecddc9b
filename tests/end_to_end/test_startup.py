"""Startup: nothing heavy is imported before a job runs. The time that help takes is not tested."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

HEAVY = {
    "polars",
    "pyarrow",
    "pyiceberg",
    "pydantic_settings",
    "sqlalchemy",
    "pyspark",
    "prefect",
    "duckdb",
    "prometheus_client",
    "openlineage",
}
NOT_FOR_HELP = {"engines.base", "engines.lake", "engines.registry", "k2cli.reports"}
"""Lighter modules that help does not need either: engines, and the reports of runs."""

NOT_IN_HELP = {"markdown_it", "pygments"}
"""Packages of what Typer's help could do and ours does not."""

TYPERS_OWN = {"pydantic", "pydantic_core"}
"""Packages that Typer loads to check the arguments of a command; the overall help does not need them."""

PROBE = """
import sys
from k2cli.__main__ import main
main(sys.argv[1:])
print('LOADED', *sorted(sys.modules))
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ("--help",),
        ("--version",),
        ("ohlcv", "aggregate", "--help"),
        ("ohlcv", "show", "1h", "--limit", "0"),
        ("trades", "import", "-h"),
        ("doctor", "--help"),
    ],
    ids=" ".join,
)
def test_nothing_heavy_is_imported_before_a_job_runs(
    arguments: tuple[str, ...], environment: Mapping[str, str]
) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", PROBE, *arguments], env=environment, capture_output=True, text=True, check=True
    )
    mark, *loaded = ran.stdout.splitlines()[-1].split()
    packages = {name.partition(".")[0] for name in loaded}

    assert mark == "LOADED"
    assert "k2cli" in packages
    assert HEAVY & packages == set()
    if len(arguments) == 1:
        assert TYPERS_OWN & packages == set()
    if arguments == ("--help",):
        assert "importlib.metadata" not in loaded
    if arguments[-1] in {"--help", "-h"}:
        assert NOT_FOR_HELP & set(loaded) == set()
        assert NOT_IN_HELP & packages == set()
    if arguments in {("--help",), ("--version",)}:
        assert "k2cli.commands.aggregate" not in loaded


@pytest.mark.parametrize("arguments", [("--version",), ("ohlcv", "shwo")], ids=" ".join)
def test_rich_is_loaded_for_help_only(arguments: tuple[str, ...], environment: Mapping[str, str]) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", PROBE, *arguments], env=environment, capture_output=True, text=True, check=True
    )

    assert "rich" not in ran.stdout.splitlines()[-1].split()


def test_options_of_an_engine_are_checked_without_what_it_runs_on(
    tmp_path: Path, environment: Mapping[str, str]
) -> None:
    (tmp_path / "k2.toml").write_text('[engines.spark]\nmaster = "yarn"\n')
    ran = subprocess.run(
        [sys.executable, "-c", PROBE, "config", "show"],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    packages = {name.partition(".")[0] for name in ran.stdout.splitlines()[-1].split()}

    assert "engines.spark.master yarn" in " ".join(ran.stdout.split())
    assert packages & {"pyspark", "pyiceberg", "pyarrow", "polars", "sqlalchemy"} == set()


def test_a_look_at_the_tables_by_one_engine_loads_no_other(tmp_path: Path, environment: Mapping[str, str]) -> None:
    (tmp_path / "k2.toml").write_text('[engines.spark]\nmaster = "yarn"\n')
    for arguments in (("ohlcv", "create-tables"), ("ohlcv", "status")):
        ran = subprocess.run(
            [sys.executable, "-c", PROBE, *arguments],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        )
        loaded = ran.stdout.splitlines()[-1].split()

        assert "engines.polars.engine" in loaded
        assert {"pyspark", "engines.spark.session", "polars"} & set(loaded) == set()
