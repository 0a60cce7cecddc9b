"""Suggestions for users: what to type instead of an unknown word, and what to run next."""

from collections.abc import Iterable
from difflib import get_close_matches

GET_TRADES = "k2 trades import FILE, or k2 trades generate"
"""Commands that give an empty source table its first trades."""

MOST_KNOWN = 20
"""Maximum number of known words listed if none is similar."""


def did_you_mean(word: str, known: Iterable[str], *, most: int = 1) -> str:
    """Return the most similar known words as a question; if none is similar, a list of the known words.

    Case, blanks and punctuation make no difference: ``btc/usdt`` is similar to ``BTCUSDT``.

    Args:
        word: The word as it was typed.
        known: The words it might have been.
        most: Maximum number of similar words to suggest.
    """
    words = list(known)
    by_letters = dict[str, list[str]]()
    for each in words:
        by_letters.setdefault(_letters(each), []).append(each)
    letters = _letters(word)
    found = get_close_matches(letters, by_letters, n=most, cutoff=0.7) or get_close_matches(letters, by_letters, n=1)
    near = [each for match in found for each in by_letters[match]][:most]
    if near:
        return f"did you mean {' or '.join(map(repr, near))}?"
    more = f" and {len(words) - MOST_KNOWN:,} more" if len(words) > MOST_KNOWN else ""
    return f"known: {', '.join(words[:MOST_KNOWN]) or 'none'}{more}"


def _letters(word: str) -> str:
    return "".join(filter(str.isalnum, word.casefold()))
