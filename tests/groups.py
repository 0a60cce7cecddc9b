"""Selects the tests that a run of pytest takes, and reports in its last lines what was left out.

A test that needs more than Python and the extra ``test`` has a marker that says so, see `GROUPS`. It is left out unless
it is asked for by an option, by ``-m`` or by the name of its file.

Tests of the groups `_TOGETHER` share a JVM or servers, and so a process. ``process`` in the marker says otherwise:
``spark(process="own")`` for a test that starts for itself what it needs, and can run in any process;
``services(process="prefect")`` for tests that share something else with each other.
"""

import os
import random
import shutil
from collections import Counter
from collections.abc import Generator
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.machine import missing, module

GROUPS = {
    "long": "the long form of what a shorter test proves",
    "services": "starts servers or programs that are not Python's",
    "spark": "starts Java, for Spark",
    "extras": "imports packages of other extras than test",
}
"""The markers and what their tests do; a test with several markers is counted under the first one listed here."""

_TOGETHER = ("services", "spark")
"""Groups whose tests run in one process each, so that they share a JVM, a cluster and servers."""

_PACKAGES = ("duckdb", "filelock", "moto", "openlineage", "pg8000", "prefect", "pyspark")
"""Packages without which some test files cannot be imported and are skipped."""

_LEFT = pytest.StashKey[Counter[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that select more than the tests that Python alone can run."""
    group = parser.getgroup("k2 ohlcv")
    group.addoption("--all", action="store_true", dest="everything", help="Run everything but the long forms")
    group.addoption("--rest", action="store_true", help="Run what --all adds, and nothing else")
    group.addoption("--nightly", action="store_true", help="Run everything, in long forms, with random examples")


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Choose processes and a seed if the command line does not, before xdist and Hypothesis read these options."""
    option = config.option
    together = option.everything or option.rest or option.nightly
    if hasattr(config, "workerinput"):
        # A worker knows the command line, and not what was chosen here: without this it would keep no group together.
        option.loadgroup = option.loadgroup or together
        return
    if option.nightly and option.hypothesis_seed is None:
        option.hypothesis_seed = str(random.SystemRandom().randrange(2**32))
    if getattr(option, "numprocesses", 0) is None and not option.usepdb and option.dist == "no":
        option.numprocesses, option.dist = (3, "loadgroup") if together else (2, "worksteal")


def pytest_configure(config: pytest.Config) -> None:
    """Declare the markers; in CI, fail if a package is missing in a run that asks for more than the default."""
    asked = config.option.everything or config.option.rest or config.option.nightly
    lacking = [name for name in _PACKAGES if find_spec(name) is None]
    if asked and lacking and os.environ.get("CI"):
        raise pytest.UsageError(f"in CI nothing may be missing, and these are: {', '.join(lacking)}")
    left: Counter[str] = Counter()
    config.stash[_LEFT] = left
    for name, meaning in GROUPS.items():
        config.addinivalue_line("markers", f"{name}: {meaning}")


def pytest_itemcollected(item: pytest.Item) -> None:
    """Keep tests that share a JVM or servers in one process."""
    marker = next((marker for name in _TOGETHER if (marker := item.get_closest_marker(name))), None)
    if marker is not None and (process := marker.kwargs.get("process", marker.name)) != "own":
        item.add_marker(pytest.mark.xdist_group(process))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test that starts Spark where pyspark or Java is missing; in CI, fail it."""
    if item.get_closest_marker("spark"):
        module("pyspark", "spark")
        if shutil.which("java") is None:
            missing("there is no java on this machine: apt-get install openjdk-17-jre-headless")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect the tests that were not asked for, and count them."""
    wanted, named = _wanted(config), _named(config)
    taken, left = list[pytest.Item](), list[pytest.Item]()
    for item in items:
        group = next((name for name in GROUPS if item.get_closest_marker(name)), "")
        asked = group in wanted or (item.path in named and group != "long")
        (taken if asked else left).append(item)
        config.stash[_LEFT].update([] if asked else [group])
    if left:
        items[:] = taken
        config.hook.pytest_deselected(items=left)


def _wanted(config: pytest.Config) -> set[str]:
    """The groups to run; the empty name stands for tests without a marker of `GROUPS`."""
    option = config.option
    if option.nightly:
        return {"", *GROUPS}
    if option.everything:
        return {"", *GROUPS} - {"long"}
    if option.rest:
        return set(GROUPS) - {"long"}
    return {"", *(name for name in GROUPS if name in option.markexpr)}


def _named(config: pytest.Config) -> set[Path]:
    """The files that the command line names: all of their tests are run, except for the long ones."""
    parts = (config.invocation_params.dir / argument.partition("::")[0] for argument in config.args)
    return {part.resolve() for part in parts if part.is_file()}


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In a worker of xdist, report the counts of what was left out to the main process."""
    if hasattr(session.config, "workeroutput"):
        left = session.config.stash[_LEFT]
        session.config.workeroutput["left"] = dict(left)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object) -> None:
    """Take over what a worker has left out; the counts of all workers are equal, since each collects all tests."""
    left: dict[str, int] = getattr(node, "workeroutput", {}).get("left", {})
    node.config.stash[_LEFT] = Counter(left)  # type: ignore[attr-defined]


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> Generator[None, None, None]:
    """Print last what was left out and how to run it, and how to repeat random examples."""
    left = config.stash[_LEFT]
    # With xdist only the workers have deselected tests; without this the main process would not count them.
    counted = terminalreporter.stats.setdefault("deselected", [])
    counted.extend(SimpleNamespace() for _ in range(left.total() - len(counted)))
    yield
    if left.total():
        terminalreporter.section("left out")
        for name, count in sorted(left.items()):
            terminalreporter.line(f"{count:5} {name or 'others':8} {GROUPS.get(name, 'what needs nothing else')}")
        terminalreporter.line(_advice(config))
    if config.option.nightly:
        again = f"pytest --nightly --hypothesis-seed={config.option.hypothesis_seed}"
        terminalreporter.line(f"the same random examples once more: {again}")


def _advice(config: pytest.Config) -> str:
    """A line that says how to run what was left out."""
    if config.option.everything or config.option.rest:
        return "pytest --nightly runs these too, for hours"
    return "To run these too: pip install -e '.[all]' && pytest --all (these alone: pytest --rest)"
