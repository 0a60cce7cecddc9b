"""Reading a file of trades, chunk by chunk."""

from collections import Counter
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import pyarrow as pa

from engines.domain.decimals import Decimals
from engines.errors import UsageError
from k2cli.trades.decimals import SHIFT_LIMIT
from k2cli.trades.errors import NoTrades
from k2cli.trades.files import Spool, is_note, members
from k2cli.trades.inspection import Detected, Request, Table, inspect
from k2cli.trades.layouts import Layout
from k2cli.trades.names import Series
from k2cli.trades.parsing import Parser, SeriesPart
from k2cli.trades.rejects import IN_CONTRACTS, UNFIT, Reject
from k2cli.trades.schema import Digits
from k2cli.trades.timestamps import Unit

CHUNK_BYTES = 8 << 20
"""About 100,000 lines of a Binance dump; with half of it, what is done once for each chunk is felt."""


@dataclass(frozen=True)
class Chunk:
    """A run of rows of the file.

    Attributes:
        file: The file, or the member of an archive, as `Detected` calls it.
        trades: The trades, with the columns of the trades table, in the file's order.
        rejects: The rows left out, in the file's order.
        rows: Rows in this chunk, as they were counted before they were parsed.
        sides_unknown: Number of trades whose side the file should tell, and does not.
        series: The series that the trades belong to.
        needs: The decimals that hold the prices, and the quantities, that do not fit the table, if there are any.
        rounded: Number of trades whose quantity was divided by the price and rounded.
        doubles: Number of prices and quantities in the rows that were doubles in the file.
        bytes_read: Bytes of the file on disk read since the start, up to `TradeFile.size`.
    """

    file: str
    trades: pa.Table
    rejects: tuple[Reject, ...]
    rows: int
    sides_unknown: int
    series: tuple[SeriesPart, ...]
    needs: Mapping[str, Decimals]
    rounded: int
    doubles: int
    bytes_read: int


@dataclass(frozen=True)
class TradeFile:
    """A file of trades that was looked at and is ready to be read; iterate it for its chunks, any number of times.

    Attributes:
        path: The file.
        size: Its bytes on disk.
        tables: Its content: one table, or the members of an archive.
        first_row: The platform sequence of its first trade.
        chunk_bytes: Bytes of text a chunk is made from.
        digits: The numbers that the trades table holds.
        others: Names of the members of an archive that are no tables.
    """

    path: Path
    size: int
    tables: tuple[Table, ...] = field(repr=False)
    first_row: int
    chunk_bytes: int
    digits: Digits = Digits()  # noqa: RUF009 - frozen
    others: tuple[str, ...] = ()

    @property
    def doubtful(self) -> tuple[str, ...]:
        """Names of members that are not read, and may well hold trades."""
        return tuple(name for name in self.others if not is_note(PurePosixPath(name)))

    @property
    def detected(self) -> tuple[Detected, ...]:
        """What was found out, one entry for each member of an archive."""
        return tuple(table.detected for table in self.tables)

    def __iter__(self) -> Generator[Chunk, None, None]:
        """Read the file.

        Raises:
            FileUnreadable: If it turns out to be truncated or corrupt; chunks may have been handed out before.
            NotTrades: If it turns out not to be text, likewise.
            NoTrades: After the last chunk, if it has rows, and none of them is a trade or would be in another unit.
        """
        trades = 0
        reasons: Counter[str] = Counter()
        first: Reject | None = None
        for table in self.tables:
            parser = Parser(table.terms, self.digits)
            for rows in table.file.rows(self.chunk_bytes):
                found = parser.trades(rows, self.first_row + trades)
                trades += found.table.num_rows
                reasons.update(reject.reason for reject in found.rejects)
                first = first or next(iter(found.rejects), None)
                yield Chunk(
                    file=table.detected.file,
                    trades=found.table,
                    rejects=found.rejects,
                    rows=rows.count,
                    sides_unknown=found.sides_unknown,
                    series=found.series,
                    needs=found.needs,
                    rounded=found.rounded,
                    doubles=rows.doubles,
                    bytes_read=min(rows.bytes_read, self.size),
                )
        if first and not trades and not any(reason.endswith(UNFIT) for reason in reasons):
            counts = ", ".join(f"{reason} {count}" for reason, count in reasons.most_common(5))
            raise NoTrades(
                f"{self.path}: all {reasons.total()} rows were rejected ({counts}); "
                f"line {first.line}: {first.text[:200]}",
                hint=self._hint(reasons),
            )

    def _hint(self, reasons: Counter[str]) -> str:
        """What a user can do about a file of which all rows were rejected."""
        if reasons[IN_CONTRACTS]:
            return ", or ".join(dict.fromkeys(table.terms.layout.quantity.contracts_hint for table in self.tables))
        return "is it another --layout, or another --timestamp-unit?"


def read_trades(
    path: Path,
    layouts: Sequence[Layout],
    *,
    exchange: str | None,
    symbol: str | None,
    now: int,
    first_row: int = 0,
    timestamp_unit: Unit | None = None,
    price_shift: int = 0,
    quantity_shift: int = 0,
    chunk_bytes: int = CHUNK_BYTES,
    spool: Spool | None = None,
) -> TradeFile:
    """Look at a file of trades.

    Args:
        path: A table in any of the formats, plain, compressed, or members of an archive.
        layouts: How the trades may be written down; of several the one that fits is found.
        exchange: The exchange; for rows that name theirs, only where they name none.
        symbol: The symbol, likewise; where the layout's files are named by it, it must be that of the name.
        now: The time of the import in microseconds since the epoch: the trades' ingestion_timestamp.
        first_row: The platform_sequence of the first trade; the following ones count up.
        timestamp_unit: The unit of the times; None: told from their magnitude.
        price_shift: Each price of the file is multiplied by 10^price_shift, exactly, before it has to fit
            the table: -4 where prices count ten-thousandths.
        quantity_shift: The same for quantities.
        chunk_bytes: Bytes of text a chunk is made from. The result does not depend on it, the memory does: about
            twenty times as much.
        spool: The bytes, where they are in no file, of which `path` then is the name in messages.

    Returns:
        The file, of which only the start was read.

    Raises:
        UsageError: If the layout needs an exchange, and it is not given; if a shift is beyond 18 places.
        TradeFileError: If the file cannot be read, is no table of trades, or not in that layout.
    """
    for option, shift in (("--price-shift", price_shift), ("--quantity-shift", quantity_shift)):
        if abs(shift) > SHIFT_LIMIT:
            raise UsageError(f"{option} {shift} is not between -{SHIFT_LIMIT} and {SHIFT_LIMIT}")
    exchange, symbol = exchange or None, symbol or None
    request = Request(tuple(layouts), Series(exchange, symbol), now, timestamp_unit, price_shift, quantity_shift)
    found = members(path, spool)
    tables = tuple(inspect(member, request) for member in found.tables)
    size = path.stat().st_size if spool is None else spool.size
    return TradeFile(path, size, tables, first_row, chunk_bytes, others=found.others)
