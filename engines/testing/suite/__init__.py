"""The conformance kit: some hundred tests that decide whether an engine fulfils the contract.

To test an engine, write a class::

    from engines.testing.suite import Conformance

    class TestDuckDB(Conformance):
        engine_name = "duckdb"

Candles are compared with those of the oracle; rows are changed and read by PyIceberg, not by the engine under test.
An engine declares what it cannot do in attributes of its class; the tests depend on these, never on its name. `Kit`
documents what a subclass may override. Needs the extra ``testing``.
"""

import pytest

THEMES = (
    "numbers",
    "laws",
    "digits",
    "scales",
    "identities",
    "reading",
    "refreshing",
    "sources",
    "columns",
    "added",
    "files",
    "mapping",
    "nanoseconds",
    "removals",
    "strangers",
    "damaged",
    "restoring",
    "orders",
    "conflicts",
    "upkeep",
    "validating",
    "timeframes",
    "windows",
)
pytest.register_assert_rewrite("engines.testing.suite.kit", *(f"engines.testing.suite.{theme}" for theme in THEMES))

from engines.testing.suite.added import Added  # noqa: E402 - after what rewrites its assertions
from engines.testing.suite.columns import Columns  # noqa: E402 - after what rewrites its assertions
from engines.testing.suite.conflicts import Conflicts  # noqa: E402
from engines.testing.suite.damaged import Damaged  # noqa: E402
from engines.testing.suite.digits import Digits  # noqa: E402
from engines.testing.suite.files import Files  # noqa: E402
from engines.testing.suite.identities import Identities  # noqa: E402
from engines.testing.suite.kit import Kit  # noqa: E402
from engines.testing.suite.laws import Laws  # noqa: E402
from engines.testing.suite.mapping import Mappings  # noqa: E402
from engines.testing.suite.nanoseconds import Nanoseconds  # noqa: E402
from engines.testing.suite.numbers import Numbers  # noqa: E402
from engines.testing.suite.orders import Orders  # noqa: E402
from engines.testing.suite.reading import Reading  # noqa: E402
from engines.testing.suite.refreshing import Refreshing  # noqa: E402
from engines.testing.suite.removals import Removals  # noqa: E402
from engines.testing.suite.restoring import Restoring  # noqa: E402
from engines.testing.suite.scales import Scales  # noqa: E402
from engines.testing.suite.sources import Sources  # noqa: E402
from engines.testing.suite.strangers import Strangers  # noqa: E402
from engines.testing.suite.timeframes import Timeframes  # noqa: E402
from engines.testing.suite.upkeep import Upkeep  # noqa: E402
from engines.testing.suite.validating import Validating  # noqa: E402
from engines.testing.suite.windows import AnyWindows  # noqa: E402

__all__ = [
    "Added",
    "AnyWindows",
    "Columns",
    "Conflicts",
    "Conformance",
    "Damaged",
    "Digits",
    "Files",
    "Identities",
    "Kit",
    "Laws",
    "Mappings",
    "Nanoseconds",
    "Numbers",
    "Orders",
    "Reading",
    "Refreshing",
    "Removals",
    "Restoring",
    "Scales",
    "Sources",
    "Strangers",
    "Timeframes",
    "Upkeep",
    "Validating",
]


class Conformance(
    Numbers,
    Laws,
    Digits,
    Scales,
    Identities,
    Reading,
    Refreshing,
    Sources,
    Columns,
    Added,
    Files,
    Mappings,
    Nanoseconds,
    Removals,
    Strangers,
    Damaged,
    Restoring,
    Orders,
    Conflicts,
    Upkeep,
    Validating,
    Timeframes,
    AnyWindows,
):
    """All tests of the conformance kit."""
