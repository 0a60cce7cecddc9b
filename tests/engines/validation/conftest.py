"""A lake of its own for each test of `validate`."""

from collections.abc import Callable

import pytest

from engines.base import ValidationRequest
from engines.domain.findings import Finding, Validation
from engines.domain.timeframe import DAY, DEFAULT_TIMEFRAMES, HOUR, MINUTE, Timeframe
from engines.lake import Lake
from engines.testing.history import History, trade
from engines.testing.strategies import MIDNIGHT
from tests.empty_tables import with_tables
from tests.engines.mould import Mould


class Inspection:
    """A lake and its validation.

    Attributes:
        history: The source, and the truth.
        now: The clock: the end of the second day of trades.
    """

    now = MIDNIGHT + 2 * DAY

    def __init__(self, lake: Lake) -> None:
        self.lake = lake
        self.history = History(lake)

    def fill(self) -> None:
        """Two days, two trades each hour, and the candles."""
        instants = [MIDNIGHT + n * HOUR + m * MINUTE for n in range(48) for m in (0, 7)]
        self.history.append([trade(instant, str(instant)) for instant in instants])
        self.history.run(self.now)

    def validate(self, *timeframes: Timeframe, **options: object) -> Validation:
        """Of all tables, where none is named."""
        request = ValidationRequest(
            timeframes=timeframes or DEFAULT_TIMEFRAMES,
            now=self.now,
            **options,  # type: ignore[arg-type]
        )
        return self.lake.validate(request)

    def finding(self, timeframe: Timeframe, invariant: str, **options: object) -> Finding:
        """One invariant of one table."""
        (table,) = self.validate(timeframe, **options).tables
        (found,) = [finding for finding in table.findings if finding.invariant == invariant]
        return found


def _filled(lake: Lake) -> None:
    lake.create_tables(with_trades=True)
    Inspection(lake).fill()


@pytest.fixture(scope="session")
def filled_mould(tmp_path_factory: pytest.TempPathFactory) -> Mould:
    """Two days of trades and their candles."""
    return Mould(tmp_path_factory.mktemp("filled"), _filled)


@pytest.fixture
def empty(new_lake: Callable[..., Lake]) -> Inspection:
    """Empty tables."""
    lake = with_tables(new_lake())
    return Inspection(lake)


@pytest.fixture
def filled(filled_mould: Mould) -> Inspection:
    """Two days of trades and their candles."""
    return Inspection(filled_mould.cast())
