"""A lake of its own for each look at its source."""

from collections.abc import Callable

import pytest

from engines.lake import Lake
from engines.testing.history import History


@pytest.fixture
def history(new_lake: Callable[..., Lake]) -> History:
    """An empty source with a file a day, five empty candle tables."""
    lake = new_lake()
    lake.create_tables(with_trades=True)
    return History(lake)
