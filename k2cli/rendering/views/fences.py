"""What views say of fences: from when on candles are kept, and that trades lie before."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from k2cli.language.words import count, minute
from k2cli.rendering.blocks import Sentence


def fences(tables: Iterable[tuple[str, datetime | None, int]]) -> Iterator[Sentence]:
    """Yield a sentence for all tables that are kept from one time on.

    Args:
        tables: Timeframe, fence, and upper bound of the number of trades before it, of each table.
    """
    alike: dict[tuple[datetime, int], list[str]] = {}
    for name, fence, trades in tables:
        if fence is not None:
            alike.setdefault((fence, trades), []).append(name)
    for (fence, trades), names in alike.items():
        before = f"; up to {count(trades)} trades lie before" if trades else ""
        yield Sentence(f"{' '.join(names)} kept from {minute(fence)}{before}")
