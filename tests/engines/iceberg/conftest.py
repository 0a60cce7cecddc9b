"""A lake of its own for each fact about Iceberg."""

from collections.abc import Callable

import pytest

from engines.domain.tables import TradesPartition
from engines.lake import Lake
from engines.testing.history import History
from tests.empty_tables import with_tables


@pytest.fixture
def history(new_lake: Callable[..., Lake]) -> History:
    """An empty source with a file an hour, five empty candle tables."""
    return History(with_tables(new_lake(), TradesPartition.HOUR))
