"""The conformance kit: some eighty tests that say whether an engine keeps the contract.

An engine's proof is a class::

    from engines.testing.suite import Conformance

    class TestDuckDB(Conformance):
        engine_name = "duckdb"

Truth is the oracle; rows are changed and read by PyIceberg, past the engine under test. What an engine cannot do it
declares in attributes of its class, and tests ask these, never its name. `Kit` tells what a subclass may override.
Needs the extra ``testing``.
"""

import pytest

THEMES = (
    "numbers",
    "laws",
    "reading",
    "refreshing",
    "sources",
    "removals",
    "conflicts",
    "upkeep",
    "validating",
    "timeframes",
)
pytest.register_assert_rewrite("engines.testing.suite.kit", *(f"engines.testing.suite.{theme}" for theme in THEMES))

from engines.testing.suite.conflicts import Conflicts  # noqa: E402 - after what rewrites its assertions
from engines.testing.suite.kit import Kit  # noqa: E402
from engines.testing.suite.laws import Laws  # noqa: E402
from engines.testing.suite.numbers import Numbers  # noqa: E402
from engines.testing.suite.reading import Reading  # noqa: E402
from engines.testing.suite.refreshing import Refreshing  # noqa: E402
from engines.testing.suite.removals import Removals  # noqa: E402
from engines.testing.suite.sources import Sources  # noqa: E402
from engines.testing.suite.timeframes import Timeframes  # noqa: E402
from engines.testing.suite.upkeep import Upkeep  # noqa: E402
from engines.testing.suite.validating import Validating  # noqa: E402

__all__ = [
    "Conflicts",
    "Conformance",
    "Kit",
    "Laws",
    "Numbers",
    "Reading",
    "Refreshing",
    "Removals",
    "Sources",
    "Timeframes",
    "Upkeep",
    "Validating",
]


class Conformance(Numbers, Laws, Reading, Refreshing, Sources, Removals, Conflicts, Upkeep, Validating, Timeframes):
    """All of it."""
