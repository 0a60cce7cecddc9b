"""One pass over files of trades, in which every row is accounted for."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import pyarrow as pa

from engines.base import Observer
from engines.domain.decimals import Decimals
from k2cli.jobs.ahead import ahead
from k2cli.jobs.arrivals import Arrivals
from k2cli.jobs.rejects_file import RejectsFile
from k2cli.trades import TradeFile

_ROWS = 150_000
"""Rows of one file that are handed on together, for each run of them becomes a file of the table."""


@dataclass(slots=True)
class Tally:
    """What became of the rows of one file, or of one member of an archive.

    Attributes:
        rows: Rows read.
        trades: Rows that are trades.
        rejected: Rows that were rejected, each with a reason.
        sides_unknown: Trades whose side the file should tell, and does not.
        rounded: Trades whose quantity was divided by the price and rounded.
        doubles: Prices and quantities that are doubles in the file.
    """

    rows: int = 0
    trades: int = 0
    rejected: int = 0
    sides_unknown: int = 0
    rounded: int = 0
    doubles: int = 0


@dataclass(slots=True)
class Reading:
    """Reads all files once, and counts.

    Attributes:
        files: The files, in the order in which they are read.
        rejects: Takes the rejected rows.
        arrivals: Takes the series.
        observer: Receives progress.
        tallies: What became of the rows, by the name of the file or ``path!member``.
        needs: The decimals that hold the prices, and the quantities, that did not fit the table, if there are any.
    """

    files: Sequence[TradeFile]
    rejects: RejectsFile
    arrivals: Arrivals
    observer: Observer
    tallies: dict[str, Tally] = field(default_factory=dict)
    needs: dict[str, Decimals] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """Number of rows read."""
        return sum(tally.rows for tally in self.tallies.values())

    def trades(self) -> Iterator[pa.Table]:
        """Yield the trades of all files.

        Raises:
            RuntimeError: Rows got lost between the file and the table: a bug, and nothing must be imported.
        """
        platform_sequence = 0
        for file in self.files:
            for table in _gathered(self._trades_of(replace(file, first_row=platform_sequence))):
                yield table
                platform_sequence += table.num_rows
        for name, tally in self.tallies.items():
            if tally.rows != tally.trades + tally.rejected:
                raise RuntimeError(f"{name}: {tally.rows} rows, of which {tally.trades} + {tally.rejected} were found")

    def _trades_of(self, file: TradeFile) -> Iterator[pa.Table]:
        name = file.path.name
        self.observer.started(name, file.size)
        done = 0
        for found in file.detected:
            self.tallies[found.file] = Tally()
        for chunk in ahead(iter(file)):
            tally = self.tallies[chunk.file]
            self.rejects.add(chunk.rejects)
            for part in chunk.series:
                self.arrivals.add(part)
            for name, needed in chunk.needs.items():
                self.needs[name] = needed.joined(self.needs.get(name, needed))
            tally.rows += chunk.rows
            tally.trades += chunk.trades.num_rows
            tally.rejected += len(chunk.rejects)
            tally.sides_unknown += chunk.sides_unknown
            tally.rounded += chunk.rounded
            tally.doubles += chunk.doubles
            yield chunk.trades
            self.observer.advanced(name, chunk.bytes_read - done)
            done = chunk.bytes_read
        self.observer.finished(name)


def _gathered(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """The same rows in fewer tables."""
    held: list[pa.Table] = []
    for table in tables:
        held.append(table)
        if sum(each.num_rows for each in held) >= _ROWS:
            yield pa.concat_tables(held)
            held.clear()
    if held:
        yield pa.concat_tables(held)
