"""A lake of its own for each fact about Iceberg."""

from collections.abc import Callable

import pytest

from engines.base import Engine
from engines.testing.history import History


@pytest.fixture
def history(new_engine: Callable[..., Engine]) -> History:
    """An empty source, five empty candle tables."""
    engine = new_engine()
    engine.create_tables(with_trades=True)
    return History(engine)
