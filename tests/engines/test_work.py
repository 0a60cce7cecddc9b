"""The orders that runs give to an engine."""

import pytest

from engines.domain.decimals import SCALE
from engines.domain.interval import Interval, Intervals
from engines.domain.timeframe import DAY, DEFAULT_TIMEFRAMES, HOUR, Timeframe
from engines.work import Claim, Recomputation


def claims(*timeframes: Timeframe, during: Intervals) -> Recomputation:
    """Tables that claim something of trades that are not there."""
    return Recomputation(
        trades=None, scale=SCALE, claims=tuple(Claim(timeframe=t, rows=None, intervals=during) for t in timeframes)
    )


@pytest.mark.parametrize(
    ("timeframes", "tile"),
    [
        (DEFAULT_TIMEFRAMES, "1d"),
        (("1m", "4h"), "1d"),
        (("1m", "3d"), "3d"),
        (("2d", "3d", "1h"), "6d"),
    ],
)
def test_a_recomputation_is_cut_where_windows_of_all_tables_end(timeframes: tuple[str, ...], tile: str) -> None:
    parsed = [Timeframe.parse(str(timeframe)) for timeframe in timeframes]
    work = claims(*parsed, during=Intervals((Interval(DAY + HOUR, 2 * DAY),)))

    assert work.tile.name == tile
    assert all(work.tile.duration % timeframe.duration == 0 for timeframe in parsed)
