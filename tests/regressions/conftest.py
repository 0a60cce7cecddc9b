"""A lake of its own for each fault of the usual job."""

from collections.abc import Callable

import pytest

from engines.lake import Lake
from engines.testing.history import History


@pytest.fixture
def history(new_lake: Callable[..., Lake]) -> History:
    """An empty source, five empty candle tables."""
    lake = new_lake()
    lake.create_tables(with_trades=True)
    return History(lake)
