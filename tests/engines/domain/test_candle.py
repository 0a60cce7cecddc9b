"""The columns of candles are a promise to their readers; what a measure is stands in its row."""

from engines.domain.candle import CANDLE_KEY, CANDLE_MEASURES, CANDLES, MEASURES, SUMS, VWAP, Merge, Of
from engines.domain.decimals import SCALE

FIXED = [
    "symbol",
    "exchange",
    "window_start",
    "window_end",
    "window_date",
    "open_price",
    "high_price",
    "low_price",
    "close_price",
    "volume",
    "trade_count",
    "vwap",
    "created_at",
    "updated_at",
]


def test_the_first_fourteen_columns_of_a_candle_table_are_fixed_and_required() -> None:
    assert [c.name for c in CANDLES[:14]] == FIXED
    assert all(c.required for c in CANDLES[:14])


def test_the_extension_columns_are_optional_so_that_an_older_table_can_get_them() -> None:
    assert [(c.name, c.required) for c in CANDLES[14:]] == [
        ("quote_volume", False),
        ("buy_volume", False),
        ("buy_quote_volume", False),
    ]


def test_volume_is_wider_than_a_price() -> None:
    types = {c.name: str(SCALE.type_of(c.type)) for c in CANDLES}

    assert types["volume"] == "decimal(38, 8)"
    assert types["quote_volume"] == "decimal(38, 16)"
    assert types["vwap"] == types["open_price"] == "decimal(18, 8)"


def test_key_measures_and_bookkeeping_are_all_columns_of_a_candle() -> None:
    bookkeeping = {"window_end", "window_date", "created_at", "updated_at"}

    assert {*CANDLE_KEY, *CANDLE_MEASURES, *bookkeeping} == {c.name for c in CANDLES}


def test_all_measures_but_the_mean_are_merged() -> None:
    assert [measure.name for measure in SUMS] == [name for name in CANDLE_MEASURES if name != VWAP.name]


def test_a_sum_of_decimals_may_overflow_and_a_part_of_it_cannot() -> None:
    assert [measure.name for measure in MEASURES if measure.may_overflow] == ["volume", "quote_volume"]


def test_only_sums_are_taken_of_one_side_and_have_a_whole_that_is_of_both() -> None:
    wholes = {(measure.of, measure.type) for measure in MEASURES if measure.may_overflow}
    shares = [measure for measure in MEASURES if measure.side is not None]

    assert {(measure.of, measure.type) for measure in shares} == wholes
    assert all(measure.merge is Merge.SUM and not measure.required for measure in shares)


def test_a_mean_has_what_it_is_the_quotient_of() -> None:
    assert {Of.QUANTITY, Of.QUOTE} == {measure.of for measure in MEASURES if measure.may_overflow}
