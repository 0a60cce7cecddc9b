"""What to type instead, or next."""

from collections.abc import Iterable
from difflib import get_close_matches

GET_TRADES = "k2 trades import FILE, or k2 trades generate"
"""How a source that is empty gets its first trades."""

MOST_KNOWN = 20
"""Known words that are listed where none is near."""


def did_you_mean(word: str, known: Iterable[str], *, most: int = 1) -> str:
    """The nearest known words as a question; where none is near, the known words.

    Case, blanks and punctuation make no difference: ``btc/usdt`` is near ``BTCUSDT``.

    Args:
        word: As it was typed.
        known: What it might have been.
        most: So many of the nearest are named.
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
