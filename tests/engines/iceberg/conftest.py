"""A lake of its own for each fact about Iceberg."""

from collections.abc import Callable

import pytest

from engines.domain.tables import TradesPartition
from engines.lake import Lake
from engines.testing.history import History


@pytest.fixture
def history(new_lake: Callable[..., Lake]) -> History:
    """An empty source with a file an hour, five empty candle tables."""
    lake = new_lake()
    lake.create_tables(with_trades=True, partition_by=TradesPartition.HOUR)
    return History(lake)
