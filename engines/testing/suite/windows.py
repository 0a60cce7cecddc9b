"""Theme: candles of any windows, merged from the stored ones."""

import pyarrow as pa
import pytest

from engines.base import CandleQuery, Limits, WindowQuery
from engines.domain.candle import CANDLE_KEY
from engines.domain.timeframe import DAY, DEFAULT_TIMEFRAMES, HOUR, M1, MINUTE
from engines.domain.window import Windows, parse_windows
from engines.errors import ValidationFailed
from engines.testing import oracle
from engines.testing.arrow import candles_of
from engines.testing.history import History, PreparedLake, trade
from engines.testing.oracle import Candle, Trade
from engines.testing.strategies import MIDNIGHT, SERIES
from engines.testing.suite.kit import Kit, NewLake, started
from engines.testing.suite.validating import plant

_SPRING = 19_782 * DAY
"""29 February 2024: in the fortnight that follows, New York changes its clocks."""
_SIDES = (None, "buy", "sell")
_NOW = _SPRING + 33 * DAY
_WINDOWS = (
    ("7m", "UTC"),
    ("4h", "UTC"),
    ("1w", "UTC"),
    ("1d", "America/New_York"),
    ("1d", "Asia/Kathmandu"),
    ("1M", "Europe/Berlin"),
)


class AnyWindows(Kit):
    """Tests of `Engine.read` with the order to merge."""

    @pytest.mark.parametrize("most", [11, 500_000], ids=["in parts", "at once"])
    def test_candles_of_any_windows_are_the_oracles(self, new_lake: NewLake, most: int) -> None:
        history = _month(new_lake(limits=Limits(read=most)))

        for text, zone in _WINDOWS if most > 11 else _WINDOWS[3:4]:
            windows = parse_windows(text, zone=zone)

            assert _merged(history, windows) == _truth(history, windows), windows

    def test_a_query_names_series_times_and_how_many(self, new_lake: NewLake) -> None:
        history, windows = _month(new_lake()), parse_windows("1d", zone="America/New_York")
        exchange, symbol = SERIES[0]
        start, end = _SPRING + 9 * DAY, _SPRING + 20 * DAY
        wanted = [c for c in _truth(history, windows) if (c.exchange, c.symbol) == (exchange, symbol)]
        some = [c for c in wanted if start <= c.window_start < end]

        assert _merged(history, windows, exchange=exchange, symbol=symbol, start=start, end=end) == some
        assert len(some) == 11
        assert _merged(history, windows, exchange=exchange, symbol=symbol, limit=3) == wanted[-3:]
        assert _merged(history, windows, symbol="NOBODY") == []

    def test_what_a_coarser_table_does_not_have_yet_comes_from_a_finer_one(self, new_lake: NewLake) -> None:
        history = _month(new_lake())
        history.append([trade(_SPRING + 5 * HOUR + 1, "late", exchange=SERIES[0][0], symbol=SERIES[0][1])])
        history.prepare(_NOW, *DEFAULT_TIMEFRAMES[:2])
        windows = parse_windows("4h")

        found = history.lake.merged_candles(WindowQuery(windows=windows))

        assert [part[0] for part in found.serving.parts] == [DEFAULT_TIMEFRAMES[1]]
        assert candles_of(found.batches.read_all()) == _truth(history, windows)

    def test_the_columns_are_those_of_the_table_but_for_when_it_was_written(self, new_lake: NewLake) -> None:
        lake = _month(new_lake()).lake
        stored = lake.candles(CandleQuery(timeframe=M1)).schema

        merged = lake.merged_candles(WindowQuery(windows=parse_windows("3d"))).batches.schema

        assert merged == pa.schema(field for field in stored if field.name not in ("created_at", "updated_at"))

    def test_candles_without_quote_volume_which_others_made_are_refused(self, new_lake: NewLake) -> None:
        history = _month(new_lake(), trade(MIDNIGHT + 2 * HOUR))
        plant(history, M1, quote_volume=None)
        lake, windows = history.lake, parse_windows("7m")

        with pytest.raises(ValidationFailed, match="without quote_volume"):
            lake.merged_candles(WindowQuery(windows=windows)).batches.read_all()

    def test_sums_of_more_digits_than_a_candle_holds_are_refused(self, new_lake: NewLake) -> None:
        history = started(new_lake(timeframes=(M1,)))
        most = "9" * 29
        history.append([trade(_SPRING + n * MINUTE, f"{n}", price="0.00000001", quantity=most) for n in range(12)])
        history.prepare(_NOW, M1)

        with pytest.raises(ValidationFailed, match="more digits than a candle holds"):
            history.lake.merged_candles(WindowQuery(windows=parse_windows("1h"))).batches.read_all()


def _month(lake: PreparedLake, *more: Trade) -> History:
    """Trades of two series, one in some hours, over a month and a day."""
    history = started(lake)
    times = range(_SPRING + HOUR, _SPRING + 32 * DAY, 13 * HOUR + 17 * MINUTE)
    history.append(
        [
            trade(
                time + place, f"{time}", exchange=exchange, symbol=symbol, side=(None, "buy", "sell")[time // HOUR % 3]
            )
            for place, (exchange, symbol) in enumerate(SERIES[:2])
            for time in times
        ]
        + list(more)
    )
    history.prepare(_NOW, *DEFAULT_TIMEFRAMES)
    return history


def _merged(history: History, windows: Windows, **query: object) -> list[Candle]:
    found = history.lake.merged_candles(WindowQuery(windows=windows, **query)).batches.read_all()  # type: ignore[arg-type]
    assert found.equals(found.sort_by([(name, "ascending") for name in CANDLE_KEY]))
    return candles_of(found)


def _truth(history: History, windows: Windows) -> list[Candle]:
    def cut(instant: int) -> tuple[int, int]:
        return windows.floor(instant), windows.next(instant)

    made = oracle.candles(history.rows.elements(), cut, history.identity)
    return [candle for candle in made if candle.window_end <= _NOW]
