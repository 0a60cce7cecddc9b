"""Candlestick charts drawn with characters: rising candles green, falling ones red; plain ASCII where necessary.

From left to right: an axis of prices, then a column for each candle, and one for each gap, where windows have no
trades. Below them bars of volume, and an axis of times.
"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from functools import reduce
from itertools import pairwise

from engines.domain.timeframe import DAY, to_instant
from k2cli.language.words import count, minute
from k2cli.reports import ChartCandle

VOLUME = 2
"""Height of the bars of volume, in lines."""

_FOOT = "volume"
_EXACT = Context(prec=76)
"""Adds up volumes, which have up to 38 digits; the usual context has 28."""

_LABELLED = 3
"""Every how many lines a price stands at the axis."""


@dataclass(frozen=True, slots=True)
class Signs:
    """The characters of a chart; `bars` are those of volume, from the lowest to a full one."""

    wick: str
    up: str
    down: str
    gap: str
    axis: str
    tick: str
    corner: str
    line: str
    mark: str
    bars: str


_UNICODE = Signs("│", "┃", "█", "┊", "│", "┤", "└", "─", "┬", "▁▂▃▄▅▆▇█")
_ASCII = Signs("|", "O", "#", ":", "|", "+", "+", "-", "+", ".:#")


@dataclass(frozen=True, slots=True)
class Room:
    """The room that there is for a chart: columns and lines of the terminal."""

    columns: int
    lines: int

    @property
    def height(self) -> int:
        """Lines for the prices: what a prompt, the title and the axes leave."""
        return max(8, min(24, self.lines - VOLUME - 11))


def room() -> Room:
    """The size of the terminal, as it or COLUMNS and LINES tell; 80 by 24 where there is none."""
    return Room(*shutil.get_terminal_size((80, 24)))


@dataclass(frozen=True, slots=True)
class Place:
    """A column of the chart: a candle, or a gap if it is None."""

    candle: ChartCandle | None


def draw(
    candles: Sequence[ChartCandle],
    *,
    within: Room | None = None,
    newest: bool = False,
    ascii_only: bool = False,
    colour: bool = False,
) -> list[str]:
    """Return the lines of a chart; with ``colour``, in Rich's markup.

    Args:
        candles: The candles of one series, in the order of their time.
        within: The room for the chart; None: that of the terminal.
        newest: Whether to leave out the oldest if there are more than columns; otherwise neighbours are merged.
        ascii_only: Whether to use plain characters alone.
        colour: Whether to mark rising and falling candles by colours, too.
    """
    if not candles:
        return ["(no candles)"]
    within = within or room()
    signs = _ASCII if ascii_only else _UNICODE
    labels = _labels(candles, within.height)
    margin = max(map(len, (*labels, _FOOT)))
    places, merged = _fitted(candles, max(10, within.columns - margin - 3), newest=newest)
    shown = [place.candle for place in places if place.candle is not None]
    labels = _labels(shown, within.height)
    lines = [
        *_prices(places, labels, margin, signs, colour=colour),
        *_volumes(places, margin, signs, colour=colour),
        *_times(places, margin, signs),
    ]
    return [line.rstrip() for line in lines] + _said(candles, shown, merged, signs)


def _fitted(candles: Sequence[ChartCandle], columns: int, *, newest: bool) -> tuple[list[Place], int]:
    """The columns of a chart, and how many candles each is of, at most."""
    if newest:
        return _with_gaps(candles[-columns:])[-columns:], 1
    places = _with_gaps(candles)
    if len(places) <= columns:
        return places, 1
    each = -(-len(candles) // columns)
    first = len(candles) % each  # the oldest column is the one that may be of fewer
    starts = [*([0] if first else []), *range(first, len(candles), each)]
    ends = [*starts[1:], len(candles)]
    return [Place(merge(candles[start:end])) for start, end in zip(starts, ends, strict=True)], each


def merge(candles: Sequence[ChartCandle]) -> ChartCandle:
    """The candle of the windows of several: exact, as their trades would give it."""
    return ChartCandle(
        window_start=candles[0].window_start,
        window_end=candles[-1].window_end,
        open=candles[0].open,
        high=max(candle.high for candle in candles),
        low=min(candle.low for candle in candles),
        close=candles[-1].close,
        volume=reduce(_EXACT.add, (candle.volume for candle in candles)),
    )


def _with_gaps(candles: Sequence[ChartCandle]) -> list[Place]:
    places = [Place(candles[0])]
    for before, candle in pairwise(candles):
        if candle.window_start > before.window_end:
            places.append(Place(None))
        places.append(Place(candle))
    return places


def _labels(candles: Sequence[ChartCandle], height: int) -> list[str]:
    """The price in the middle of each line, from the bottom up, with the places that tell two of them apart."""
    low, step = _scale(candles, height)
    places = max(2, 1 - step.adjusted())
    return [f"{low + step * (level + Decimal('0.5')):.{places}f}" for level in range(height)]


def _scale(candles: Sequence[ChartCandle], height: int) -> tuple[Decimal, Decimal]:
    """The price at the bottom, and by how much it grows from line to line."""
    low, high = min(candle.low for candle in candles), max(candle.high for candle in candles)
    return low, (high - low) / height or low / 100 or Decimal(1)


def _prices(places: Sequence[Place], labels: Sequence[str], margin: int, signs: Signs, *, colour: bool) -> list[str]:
    height = len(labels)
    low, step = _scale([place.candle for place in places if place.candle], height)
    lines = []
    for level in reversed(range(height)):
        bottom = low + step * level
        cells = "".join(_cell(place.candle, bottom, bottom + step, signs, colour=colour) for place in places)
        told = (height - 1 - level) % _LABELLED == 0
        label, axis = (labels[level], signs.tick) if told else ("", signs.axis)
        lines.append(f"{label:>{margin}} {axis} {cells}")
    return lines


def _cell(candle: ChartCandle | None, bottom: Decimal, top: Decimal, signs: Signs, *, colour: bool) -> str:
    """The character for the part of a candle between two prices: body, wick or blank."""
    if candle is None:
        return f"[dim]{signs.gap}[/]" if colour else signs.gap
    opened, closed = candle.open, candle.close
    if min(opened, closed) < top and max(opened, closed) >= bottom:
        sign = signs.up if closed >= opened else signs.down
    elif candle.low < top and candle.high >= bottom:
        sign = signs.wick
    else:
        return " "
    return _coloured(sign, candle) if colour else sign


def _coloured(sign: str, candle: ChartCandle) -> str:
    return f"[{'green' if candle.close >= candle.open else 'red'}]{sign}[/]"


def _volumes(places: Sequence[Place], margin: int, signs: Signs, *, colour: bool) -> list[str]:
    """Bars of volume, the greatest as high as there is room."""
    most = max(place.candle.volume for place in places if place.candle) or Decimal(1)
    steps = len(signs.bars)
    heights = [0 if p.candle is None else max(1, round(p.candle.volume * VOLUME * steps / most)) for p in places]
    lines = []
    for level in reversed(range(VOLUME)):
        cells = ""
        for place, height in zip(places, heights, strict=True):
            filled = min(steps, height - level * steps)
            sign = signs.bars[filled - 1] if filled > 0 else " "
            cells += _coloured(sign, place.candle) if colour and place.candle and filled > 0 else sign
        lines.append(f"{_FOOT if level == VOLUME - 1 else '':>{margin}} {signs.axis} {cells}")
    return lines


def _times(places: Sequence[Place], margin: int, signs: Signs) -> list[str]:
    """The axis of times: marks, and below each the start of its candle."""
    starts = [None if place.candle is None else place.candle.window_start for place in places]
    days = all(start is None or to_instant(start) % DAY == 0 for start in starts)
    form = "%Y-%m-%d" if days else "%m-%d %H:%M"
    width = 10 if days else 11
    marks, names, free = [signs.line] * (len(places) + 1), "", 0
    for column, start in enumerate(starts):
        if start is not None and column >= free and (column == 0 or column + width <= len(places) + 2):
            marks[column + 1] = signs.mark
            names = f"{names:<{column}}{start:{form}}"
            free = column + width + 3
    return [f"{'':{margin}} {signs.corner}{''.join(marks)}", f"{'':{margin}}   {names}"]


def _said(candles: Sequence[ChartCandle], shown: Sequence[ChartCandle], merged: int, signs: Signs) -> list[str]:
    """What the drawing leaves unsaid: the span, gaps, how many candles a column is of."""
    drawn = [candle for candle in candles if candle.window_start >= shown[0].window_start]
    number = f"{count(len(drawn))} {'candle' if len(drawn) == 1 else 'candles'}"
    told = [f"{number}, {minute(shown[0].window_start)} to {minute(shown[-1].window_end)} UTC"]
    if len(drawn) < len(candles):
        told.append("older ones with --from, --limit or --html")
    if merged > 1:
        told.append(f"up to {merged} candles in a column")
    gaps = sum(candle.window_start > before.window_end for before, candle in pairwise(drawn))
    if gaps:
        mark = f" {signs.gap}" if merged == 1 else ""
        told.append(f"{count(gaps)} {'gap' if gaps == 1 else 'gaps'} without trades{mark}")
    return ["; ".join(told)]
