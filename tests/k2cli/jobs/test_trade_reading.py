"""Rows in are trades and rejects, for each file: an import that lost one on its way must not end well."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from engines.base import Silence
from engines.domain.imports import Shift
from k2cli.jobs.arrivals import Arrivals
from k2cli.jobs.rejects_file import RejectsFile
from k2cli.jobs.trade_reading import Reading
from k2cli.trades import TradeFile, read_trades, shipped
from k2cli.trades.reader import Chunk

ROWS = "1700000000,10,1\n1700000001,0,1\n1700000002,11,1\n"


@dataclass(frozen=True)
class Losing(TradeFile):
    """A file whose reader loses the last trade of each chunk."""

    def __iter__(self) -> Generator[Chunk, None, None]:
        for chunk in super().__iter__():
            yield replace(chunk, trades=chunk.trades.slice(0, chunk.trades.num_rows - 1))


@contextmanager
def reading(kind: type[TradeFile], folder: Path) -> Iterator[Reading]:
    path = folder / "f.csv"
    path.write_text(ROWS)
    file = read_trades(path, [shipped()["kraken"]], exchange="X", symbol="A", now=1_767_225_600_000_000)
    with RejectsFile(folder / "rejects.csv", inputs=[path]) as rejects:
        yield Reading([kind(**vars(file))], rejects, Arrivals([], Shift()), Silence())


def test_each_row_is_a_trade_or_a_reject(tmp_path: Path) -> None:
    with reading(TradeFile, tmp_path) as read:
        trades = sum(table.num_rows for table in read.trades())

        assert (read.rows, trades, read.rejects.reasons.total()) == (3, 2, 1)


def test_a_row_that_got_lost_ends_the_import(tmp_path: Path) -> None:
    with (
        reading(Losing, tmp_path) as read,
        pytest.raises(RuntimeError, match=r"f.csv: 3 rows, of which 1 \+ 1 were found"),
    ):
        list(read.trades())
