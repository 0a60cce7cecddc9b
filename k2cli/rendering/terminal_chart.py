"""Candlestick charts drawn with characters: rising candles green, falling ones red; plain ASCII where necessary."""

from collections.abc import Sequence
from decimal import Decimal

from k2cli.reports import ChartCandle

HEIGHT = 14
_UNICODE = {"wick": "│", "up": "┃", "down": "█", "axis": "┤"}
_ASCII = {"wick": "|", "up": "O", "down": "#", "axis": "|"}


def draw(
    candles: Sequence[ChartCandle], *, height: int = HEIGHT, ascii_only: bool = False, colour: bool = False
) -> list[str]:
    """Return the lines of a chart with one column per candle; with ``colour``, in Rich's markup."""
    if not candles:
        return ["(no candles)"]
    signs = _ASCII if ascii_only else _UNICODE
    low = min(c.low for c in candles)
    high = max(c.high for c in candles)
    step = (high - low) / height or Decimal(1)
    labels = [f"{low + step * (level + Decimal('0.5')):.2f}" for level in range(height)]
    width = max(len(label) for label in labels)
    lines = []
    for level in reversed(range(height)):
        bottom = low + step * level
        cells = "".join(_cell(c, bottom, bottom + step, signs, colour=colour) for c in candles)
        lines.append(f"{labels[level]:>{width}} {signs['axis']} {cells}".rstrip())
    first, last = candles[0].window_start, candles[-1].window_start
    left, right = f"{first:%m-%d %H:%M}", f"{last:%m-%d %H:%M}"
    gap = max(1, len(candles) - len(left) - len(right))
    return [*lines, f"{'':{width}}   {left}{'':{gap}}{right}"]


def _cell(candle: ChartCandle, bottom: Decimal, top: Decimal, signs: dict[str, str], *, colour: bool) -> str:
    """The character for the part of a candle between two prices: body, wick or blank."""
    opened, closed = candle.open, candle.close
    rising = closed >= opened
    if min(opened, closed) < top and max(opened, closed) >= bottom:
        sign = signs["up" if rising else "down"]
    elif candle.low < top and candle.high >= bottom:
        sign = signs["wick"]
    else:
        return " "
    return f"[{'green' if rising else 'red'}]{sign}[/]" if colour else sign
