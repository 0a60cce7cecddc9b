"""The view of candles."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import cast

from engines.domain.candle import CANDLE_KEY, MEASURES
from k2cli import reports as r
from k2cli.language.words import count, minute
from k2cli.rendering.blocks import Block, Narrow, Sentence, table
from k2cli.rendering.encoding import encode
from k2cli.rendering.views.view import view

_SHOWN = {
    **dict(zip(CANDLE_KEY, CANDLE_KEY, strict=True)),
    **{measure.name: measure.name.removesuffix("_price") for measure in MEASURES if measure.required},
    "trade_count": "trades",
}
"""Columns shown in the table view, with their headers; CSV and JSON have all columns."""


@view.register
def _(report: r.ShowReport) -> Iterator[Block]:
    candles = list(report.candles)
    numbers = [shown for name, shown in _SHOWN.items() if name not in CANDLE_KEY]
    columns = [_aligned([candle[name] for candle in candles]) for name in _SHOWN]
    narrow = Narrow(
        short={"window_start": [minute(cast("datetime", candle["window_start"])) for candle in candles]},
        note="times are UTC",
        once=("exchange", "symbol"),
        expendable=("vwap", "trades", "volume", "open", "low", "high"),
    )
    yield table(*_SHOWN.values(), rows=list(zip(*columns, strict=True)), right=numbers, narrow=narrow)
    if len(candles) == report.limit:
        yield Sentence(f"the newest {count(report.limit)} windows; more with --limit, --from, --to")


def _aligned(values: Sequence[object]) -> list[str]:
    """The cells of a column; its decimals get as many places (at least 2) as the longest of them needs."""
    numbers = [value for value in values if isinstance(value, Decimal)]
    if not numbers:
        return ["" if value is None else str(encode(value)) for value in values]
    places = max(2, *(len(f"{number:f}".rstrip("0").partition(".")[2]) for number in numbers))
    return [f"{value:.{places}f}" if isinstance(value, Decimal) else "" for value in values]
