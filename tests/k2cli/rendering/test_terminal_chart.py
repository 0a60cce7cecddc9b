"""Candles drawn with characters."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from k2cli.rendering.terminal_chart import Room, draw, merge
from k2cli.reports import ChartCandle

SMALL = Room(30, 21)


def candle(hour: int, *prices: str, volume: str = "1") -> ChartCandle:
    """A candle of an hour, from its open, high, low and close."""
    opened, high, low, closed = map(Decimal, prices)
    start = datetime(2024, 3, 1, tzinfo=UTC) + timedelta(hours=hour)
    return ChartCandle(
        window_start=start,
        window_end=start + timedelta(hours=1),
        open=opened,
        high=high,
        low=low,
        close=closed,
        volume=Decimal(volume),
    )


def flat(hour: int, price: str = "5") -> ChartCandle:
    return candle(hour, price, price, price, price)


def test_bodies_wicks_and_volumes_stand_at_their_places() -> None:
    rising, falling = candle(0, "1", "4", "0", "3", volume="9"), candle(1, "3", "3", "1", "1", volume="3")

    assert draw([rising, falling], within=SMALL, ascii_only=True) == [
        "  3.75 + |",
        "       | O#",
        "       | O#",
        "  2.25 + O#",
        "       | O#",
        "       | O#",
        "  0.75 + |",
        "       | |",
        "volume | #",
        "       | #:",
        "       +-+-",
        "         03-01 00:00",
        "2 candles, 2024-03-01 00:00 to 2024-03-01 02:00 UTC",
    ]


def test_a_gap_is_a_column_and_is_counted() -> None:
    lines = draw([flat(0), flat(1), flat(7)], within=SMALL, ascii_only=True)

    assert any("OO:O" in line for line in lines)
    assert lines[-1].endswith("; 1 gap without trades :")


def test_more_candles_than_columns_are_merged_and_that_is_said() -> None:
    lines = draw([flat(hour) for hour in range(100)], within=SMALL, ascii_only=True)

    assert max(map(len, lines[:-1])) <= 30
    assert lines[-1] == "100 candles, 2024-03-01 00:00 to 2024-03-05 04:00 UTC; up to 5 candles in a column"


def test_the_newest_are_drawn_one_by_one() -> None:
    lines = draw([flat(hour) for hour in range(100)], within=SMALL, newest=True, ascii_only=True)

    assert max(map(len, lines[:-1])) == 30
    assert lines[-1].startswith("21 candles, 2024-03-04 07:00 to 2024-03-05 04:00 UTC; older ones with --from")


def test_days_are_named_by_their_dates() -> None:
    assert any(line.strip() == "2024-03-01" for line in draw([flat(0), flat(24)], within=SMALL))


def test_prices_have_the_places_that_tell_them_apart() -> None:
    lines = draw([candle(0, "0.00000012", "0.00000019", "0.00000011", "0.00000015")], within=SMALL)
    prices = [line.split()[0] for line in lines if "┤" in line]

    assert len(set(prices)) == 3
    assert all(price.startswith("0.0000001") for price in prices)


def test_colours_are_only_where_they_are_asked_for() -> None:
    candles = [candle(0, "1", "2", "1", "2"), candle(1, "2", "2", "1", "1"), flat(9)]

    assert "[green]" in "".join(draw(candles, colour=True))
    assert "[red]" in "".join(draw(candles, colour=True))
    assert "[" not in "".join(draw(candles))


def test_a_market_that_stood_still_is_a_line() -> None:
    assert any("O" in line for line in draw([flat(0)], ascii_only=True))


def test_no_candles() -> None:
    assert draw([]) == ["(no candles)"]


PRICES = st.lists(st.integers(1, 10**12), min_size=4, max_size=4).map(sorted)


@given(st.lists(st.tuples(PRICES, st.booleans(), st.integers(1, 10**38)), min_size=1, max_size=9))
def test_merging_is_exact(drawn: list[tuple[list[int], bool, int]]) -> None:
    candles = [
        candle(hour, str(two if up else three), str(high), str(low), str(three if up else two), volume=str(volume))
        for hour, ((low, two, three, high), up, volume) in enumerate(drawn)
    ]
    merged = merge(candles)

    assert (merged.open, merged.close) == (candles[0].open, candles[-1].close)
    assert (merged.window_start, merged.window_end) == (candles[0].window_start, candles[-1].window_end)
    assert merged.high == max(prices[3] for prices, _, _ in drawn)
    assert merged.low == min(prices[0] for prices, _, _ in drawn)
    assert merged.volume == sum(volume for _, _, volume in drawn)
