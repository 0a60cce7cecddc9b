"""Sentences on what a source leaves to be taken for granted, and on trades with something to know about them."""

from collections.abc import Iterator, Mapping

from engines.domain.caveats import Caveats
from k2cli.language.words import count
from k2cli.rendering.blocks import Sentence


def caveats(found: Caveats) -> Iterator[Sentence]:
    """Say what a source leaves to be taken for granted; nothing of a source that has all that ours have."""
    if found.floats:
        names = " and ".join(found.floats)
        yield Sentence(f"{names}: floats are read, each as the decimal that it was printed as")
    if found.times_without_zone:
        yield Sentence("times without a zone are taken for UTC")
    if found.without_ids:
        yield Sentence("the trades have no ids: nothing is recognised as delivered twice", "warning")


def notes(noted: Mapping[str, int]) -> Iterator[Sentence]:
    """Say how many trades count although something about them is worth a word."""
    if noted:
        told = ", ".join(f"{note}: {count(number)}" for note, number in noted.items())
        yield Sentence(f"trades that count, with something to know about them ({told})", "warning")
