"""The usual set of jobs reads the trades once for each timeframe, each time others: the candles do not agree.

Here the trades are read once, into minutes; every coarser candle is the exact merge of those.
"""

from pathlib import Path

from engines.domain.results import Origin
from engines.domain.timeframe import DAY, H1, HOUR, M1, MINUTE
from engines.testing.history import History, trade
from engines.testing.strategies import MIDNIGHT

LATER = MIDNIGHT + DAY


def test_only_the_finest_table_reads_trades(history: History) -> None:
    history.append([trade(MIDNIGHT + n * 10 * MINUTE, str(n)) for n in range(144)])
    finest, *coarser = history.run(LATER)

    assert (finest.origin, finest.trades_read) == (Origin.TRADES, 144)
    assert {(table.origin, table.trades_read) for table in coarser} == {(Origin.CANDLES, 0)}


def test_the_coarser_tables_are_made_although_the_trades_cannot_be_read_any_more(history: History) -> None:
    history.append([trade(MIDNIGHT + n * 10 * MINUTE, str(n)) for n in range(144)])
    history.run(LATER, M1)
    for task in history.table.scan().plan_files():
        Path(task.file.file_path.removeprefix("file://")).unlink()
    history.run(LATER)

    history.prove(LATER)


def test_a_table_alone_reads_the_trades_itself(history: History) -> None:
    history.append([trade(MIDNIGHT + n * HOUR, str(n)) for n in range(24)])
    (table,) = history.run(LATER, H1)

    assert (table.origin, table.trades_read) == (Origin.TRADES, 24)
    history.prove(LATER, H1)
