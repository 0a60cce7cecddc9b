"""The connection to a catalog is made at first use, and again after it was let go."""

from engines.domain.timeframe import M1
from engines.testing.history import History


def test_a_closed_catalog_is_connected_anew(history: History) -> None:
    before = history.lake.tables.catalog
    history.lake.close()
    history.lake.close()

    assert history.lake.tables.target(M1).name()[-1] == "gold_ohlcv_1m"
    assert history.lake.tables.catalog is not before
