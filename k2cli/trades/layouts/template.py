"""A layout to start from, for a file that is in none: what can be told from its first rows, and what it shows."""

import json
from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from k2cli.trades.decimals import decimal
from k2cli.trades.layouts.grammar import heading
from k2cli.trades.layouts.head import Head
from k2cli.trades.timestamps import UNITS, micros

_WORDS: Mapping[str, Sequence[str]] = {
    "timestamp": ("timestamp", "datetime", "time", "date", "ts"),
    "price": ("price", "px", "rate"),
    "quantity": ("quantity", "qty", "size", "amount", "volume", "vol"),
    "trade_id": ("tradeid", "id", "tid"),
    "side": ("side", "direction", "type"),
    "symbol": ("symbol", "pair", "instrument", "market", "ticker"),
    "exchange": ("exchange", "venue"),
}
"""Words in the names of columns, the likeliest first."""

_COMMENTS = (
    "",
    "# [side]",
    '# buy = ["buy"]   # words for a taker who bought',
    '# sell = ["sell"]',
    "",
    "# [quantity]",
    "# contracts = '.'  # where quantities are not coins",
)


def template(head: Head) -> str:
    """The TOML of a layout for rows that begin so; each column is a guess by its name, or by its values."""
    lines = [
        'about = "what these files are"',
        'documentation = "https://..."',
        "# exchange as ccxt names it, or --exchange",
    ]
    lines.append("# file_name = '(?P<symbol>[A-Z]+)-[0-9]{4}' where the name of a file tells the symbol")
    if head.path:
        lines.append(f"rows = {json.dumps('.'.join(head.path))}")
    if head.names:
        lines += ["", "[columns]", *_columns(head)]
    else:
        lines.append(f"lines = [{json.dumps(_line(head))}]  # {', '.join(_values(head))}")
    lines += ["", "[time]", f"units = {json.dumps(_units(head))}", *_COMMENTS]
    return "\n".join(lines)


def _columns(head: Head) -> Iterable[str]:
    values = dict(zip(head.names, _values(head), strict=False))
    guesses = _by_value(_by_name(head.names), values)
    for ours, theirs in guesses.items():
        yield f"{ours} = {json.dumps(theirs)}  # {values.get(theirs, '')}"
    for ours in ("timestamp", "price", "quantity"):
        if ours not in guesses:
            yield f'{ours} = "?"'
    for name in head.names:
        if name and name not in guesses.values():
            yield f"# = {json.dumps(name)}  # {values.get(name, '')}"


def _by_name(names: Sequence[str]) -> dict[str, str]:
    """Our names of columns -> theirs: whole names first, then names that have the word in them."""
    found: dict[str, str] = {}
    for ours, words in _WORDS.items():
        left = [name for name in names if name and name not in found.values()]
        whole = [name for word in words for name in left if heading(name) == word]
        partly = [name for word in words for name in left if word in heading(name)]
        if match := next(iter((*whole, *partly)), None):
            found[ours] = match
    return found


def _by_value(found: Mapping[str, str], values: Mapping[str, str]) -> dict[str, str]:
    """The guesses, and for what is still needed the first other columns whose values can be it."""
    guesses = dict(found)
    for ours in ("timestamp", "price", "quantity"):
        left = [name for name in values if name and name not in guesses.values()]
        fits = [name for name in left if (_is_time(values[name]) if ours == "timestamp" else decimal(values[name]))]
        if ours not in guesses and fits:
            guesses[ours] = fits[0]
    return guesses


def _is_time(text: str) -> bool:
    return not micros(pl.Series([text]), UNITS).faults


def _line(head: Head) -> list[str]:
    """The first field that is a time, and then price and quantity, as most files have them."""
    columns = [""] * head.width
    waiting = ["price", "quantity"]
    for place, value in enumerate(_values(head)):
        if "timestamp" not in columns and _is_time(value):
            columns[place] = "timestamp"
        elif waiting and decimal(value):
            columns[place] = waiting.pop(0)
    return columns


def _units(head: Head) -> list[str]:
    """The units that the times may be in: that of the first one that is a number."""
    for value in _values(head):
        for unit in UNITS:
            if decimal(value) is not None and not micros(pl.Series([value]), [unit]).faults:
                return [unit]
    return list(UNITS)


def _values(head: Head) -> Sequence[str]:
    return [value.strip() for value in head.rows[0]] if head.rows else []
