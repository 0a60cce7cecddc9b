"""Words that are written in several ways: they differ by case, blanks or separators only, and yet count as several."""

from collections.abc import Iterable


def spellings(words: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    """Groups of different words that are one word but for case, blanks and separators, each group sorted.

    Words of nothing but separators are left alone.
    """
    groups: dict[str, set[str]] = {}
    for word in words:
        groups.setdefault(bare(word), set()).add(word)
    return tuple(tuple(sorted(group)) for key, group in sorted(groups.items()) if key and len(group) > 1)


def bare(word: str) -> str:
    """The letters and digits of a word, without regard to case."""
    return "".join(letter for letter in word.casefold() if letter.isalnum())
