"""Words that differ by case, blanks or separators only."""

import pytest

from engines.domain.spellings import spellings


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["BTC", "btc", " BTC", "BTC "], [(" BTC", "BTC", "BTC ", "btc")]),
        (["BTC-USDT", "BTCUSDT", "BTC/USDT", "ETHUSDT"], [("BTC-USDT", "BTC/USDT", "BTCUSDT")]),
        (["a", "A", "b", "B "], [("A", "a"), ("B ", "b")]),
        (["BTCUSDT", "BTCUSD", "BTCUSDT1"], []),
        (["BTC", "BTC"], []),
        (["-", " ", ""], []),
        (["ΣΑΣ", "σας"], [("ΣΑΣ", "σας")]),
    ],
    ids=str,
)
def test_which_words_are_one_but_for_their_spelling(words: list[str], found: list[tuple[str, ...]]) -> None:
    assert list(spellings(words)) == found
