"""What is suggested in place of a word that is not known."""

import pytest

from k2cli.language.suggestions import did_you_mean

SYMBOLS = ("BTCEUR", "BTCUSDC", "BTCUSDT", "ETHUSDT", "SOLUSDT")


@pytest.mark.parametrize("word", ["BTCUSD", "btcusdt", "btc/usdt", "BTC-USDT", "btc_usdt", "BTCUSDT "])
def test_the_nearest_words_are_named_whatever_their_case_and_punctuation(word: str) -> None:
    text = did_you_mean(word, SYMBOLS, most=3)

    assert text.startswith("did you mean 'BTC")
    assert text.endswith("?")
    assert "'BTCUSDT'" in text
    assert "SOL" not in text


def test_where_none_is_near_the_known_ones_are_named() -> None:
    assert did_you_mean("GOLD", SYMBOLS) == "known: BTCEUR, BTCUSDC, BTCUSDT, ETHUSDT, SOLUSDT"
    assert did_you_mean("GOLD", []) == "known: none"


def test_of_many_known_words_some_are_named() -> None:
    text = did_you_mean("?", map(str, range(1020)))

    assert text.startswith("known: 0, 1, 2, ")
    assert text.endswith(", 18, 19 and 1,000 more")


def test_words_that_differ_by_case_only_are_told_apart() -> None:
    assert did_you_mean("kraken", ["Kraken", "KRAKEN"], most=2) == "did you mean 'Kraken' or 'KRAKEN'?"
