"""A chart of candles as one HTML page, which needs no network: candles, script and style are in it.

The page is written while the candles are read. It holds their digits as text, in packed blocks of rows; its assets are
in the folder ``page``, where `lightweight-charts` (Apache-2.0) comes with its licence, notice and checksum.
"""

import base64
import gzip
import hashlib
import html
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from itertools import chain
from typing import TYPE_CHECKING

from k2cli.language.words import minute

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa

ROWS = 65_536
"""Most candles of one block of the page: about 4 MB of text before it is packed."""

_NUMBERS = {
    "open": "open_price",
    "high": "high_price",
    "low": "low_price",
    "close": "close_price",
    "volume": "volume",
    "trades": "trade_count",
    "vwap": "vwap",
}
"""Columns of a block after ``start`` and ``length``, by the name that candles.js gives them, in its order."""

_SCRIPT = re.compile(r"<script>\{\{(.+?)\}\}</script>")
_PLACE = re.compile(r"\{\{(.+?)\}\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageTitle:
    """What a page says of its candles.

    Attributes:
        exchange: Exchange of the series.
        symbol: Symbol of the series.
        timeframe: Which windows the candles have.
        dates: Whether each window begins at midnight, UTC.
        table: Full name of their table.
        snapshot_id: The snapshot of the table that they were read from; None if it is not known.
        committed: Time of the commit of that snapshot.
    """

    exchange: str
    symbol: str
    timeframe: str
    dates: bool
    table: str
    snapshot_id: int | None
    committed: datetime | None

    @property
    def source(self) -> str:
        """Table, snapshot and time of its commit in words."""
        if self.snapshot_id is None:
            return self.table
        as_of = "" if self.committed is None else f" as of {minute(self.committed)} UTC"
        return f"{self.table}{as_of}, snapshot {self.snapshot_id}"


def page(title: PageTitle, candles: "Iterable[pa.RecordBatch]") -> Iterator[str]:
    """Yield the text of a page.

    Args:
        title: What the page says of the candles.
        candles: Candles of one series, sorted by window_start; only one batch is held at a time.
    """
    before, after = _asset("page.html").split("{{candles}}")
    told = {
        "policy": _policy(),
        "title": html.escape(f"\u2068{title.symbol}\u2069 on \u2068{title.exchange}\u2069, {title.timeframe}"),
        "symbol": html.escape(title.symbol),
        "exchange": html.escape(title.exchange),
        "timeframe": html.escape(title.timeframe),
        "source": html.escape(title.source),
        "about": _script_safe(json.dumps({"dates": title.dates})),
    }
    yield _filled(before, told)
    yield from _blocks(candles)
    yield _filled(after, told)


def _filled(text: str, told: dict[str, str]) -> str:
    """Text of page.html with each place filled in, by what is told or an asset; what is filled in is not searched."""
    return _PLACE.sub(lambda place: told[place[1]] if place[1] in told else _asset(place[1]), text)


@cache
def _asset(name: str) -> str:
    return files("k2cli.rendering").joinpath("page", name).read_text(encoding="utf-8")


def _policy() -> str:
    """The content security policy: nothing from anywhere, no script but ours by their hashes.

    Styles may be inline, as the library makes some for its canvases; without a source they can load nothing.
    """
    scripts = [_asset(found[1]) for found in _SCRIPT.finditer(_asset("page.html"))]
    sums = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    hashes = " ".join(f"'sha256-{each}'" for each in sums)
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _script_safe(text: str) -> str:
    """JSON that may stand in a script element: no markup can end it or begin in it."""
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _blocks(candles: "Iterable[pa.RecordBatch]") -> Iterator[str]:
    """Yield a data element for each block of rows: gzip, base64, which has no character that means anything in HTML."""
    before = 0
    for batch in chain.from_iterable(_parts(batch) for batch in candles):
        text, before = _columns(batch, before)
        packed = base64.b64encode(gzip.compress(text.encode(), compresslevel=6, mtime=0)).decode()
        yield f'<script type="text/plain" class="candles" data-rows="{batch.num_rows}">{packed}</script>\n'


def _parts(batch: "pa.RecordBatch") -> "Iterator[pa.RecordBatch]":
    return (batch.slice(first, ROWS) for first in range(0, batch.num_rows, ROWS))


def _columns(batch: "pa.RecordBatch", before: int) -> tuple[str, int]:
    """The lines of a block, one a column, and the start of its last window, from which the next block counts on.

    The first line has the starts as differences to the window before, the second the lengths of the windows, both in
    seconds; the others have decimals without trailing zeros.
    """
    import polars as pl

    frame = pl.DataFrame(batch)
    starts = frame["window_start"].dt.epoch("s")
    lengths = frame["window_end"].dt.epoch("s") - starts
    steps = starts - starts.shift(1, fill_value=before)
    lines = [steps, lengths, *(_digits(frame[name]) for name in _NUMBERS.values())]
    return "".join(",".join(line.cast(pl.String).to_list()) + "\n" for line in lines), int(starts[-1])


def _digits(values: "pl.Series") -> "pl.Series":
    """Numbers as text, without zeros at the end of a fraction."""
    import polars as pl

    text = values.cast(pl.String)
    return text.str.strip_chars_end("0").str.strip_chars_end(".") if values.dtype.is_decimal() else text
