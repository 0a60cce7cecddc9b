"""Theme: tables of timeframes other than the default ones, including multi-day windows across the end of a month."""

import uuid

import pytest

from engines.base import ValidationRequest
from engines.domain.retention import PruneRequest
from engines.domain.tables import units_at
from engines.domain.timeframe import DAY, HOUR, M1, MINUTE, Timeframe
from engines.domain.upkeep import Prune
from engines.testing.history import History, trade
from engines.testing.strategies import MIDNIGHT
from engines.testing.suite.kit import Kit, NewLake, one_file_each, prove, started

M15, H4, D3 = map(Timeframe.parse, ("15m", "4h", "3d"))
STORED = (M1, M15, H4, D3)
START, END = MIDNIGHT - 4 * DAY, MIDNIGHT + 36 * DAY
"""Time span of the trades. Three-day windows begin on February 29th and March 30th."""


def prune(history: History, timeframe: Timeframe, *, days: int) -> Prune:
    """Prune one candle table to a retention of some days."""
    retention = {timeframe: days * DAY}
    request = PruneRequest(timeframes=(timeframe,), now=END, run_id=str(uuid.uuid4()), retention=retention, most=True)
    return history.lake.prune(request)


class Timeframes(Kit):
    """Tests with tables of 1m, 15m, 4h and 3d candles."""

    @pytest.fixture
    def filled(self, new_lake: NewLake) -> History:
        """A lake with a trade every seven hours of forty days, and the candles of a first run."""
        history = started(new_lake(timeframes=STORED))
        history.append([trade(at, str(at), price=str(at // HOUR)) for at in range(START, END, 7 * HOUR)])
        history.run(END)
        return history

    def test_their_candles_are_those_of_the_trades(self, filled: History) -> None:
        prove(filled, *STORED, until=END)
        assert one_file_each(filled, *STORED)

    def test_late_trades_change_the_windows_they_fall_in(self, filled: History) -> None:
        filled.append([trade(MIDNIGHT + n * DAY - MINUTE, f"late {n}", price="7") for n in (-1, 1, 2, 30, 32)])
        changed = filled.run(END)

        assert [table.candles_written for table in changed] == [5, 5, 5, 3]
        prove(filled, *STORED, until=END)

    def test_validation_finds_them_right_and_a_changed_one_wrong(self, filled: History) -> None:
        def broken() -> dict[str, int]:
            request = ValidationRequest(timeframes=STORED, now=END, against_trades=True)
            tables = filled.lake.validate(request).tables
            checked = [f.checked for t in tables for f in t.findings if f.invariant == "against_trades"]
            assert checked == [len(filled.candles(timeframe)) for timeframe in STORED]
            return {str(t.timeframe): sum(f.broken for f in t.findings) for t in tables}

        assert broken() == {"1m": 0, "15m": 0, "4h": 0, "3d": 0}
        table = filled.lake.tables.target(D3)
        rows = table.scan().to_arrow()
        counts = rows.column_names.index("trade_count")
        more = [n + 1 for n in rows["trade_count"].to_pylist()]
        table.overwrite(rows.set_column(counts, rows.schema.field(counts), [more]))
        assert broken() == {"1m": 0, "15m": 0, "4h": 0, "3d": 2 * len(more)}

    def test_pruning_drops_partitions_that_the_next_table_covers(self, filled: History) -> None:
        assert [prune(filled, each, days=20).exit_code for each in (M1, M15, D3)] == [0, 0, 0]
        for timeframe in STORED:
            first = START if timeframe == H4 else units_at(timeframe, [END - 20 * DAY]).span.start
            kept = [candle for candle in filled.truth(timeframe, END) if candle.window_start >= first]
            assert filled.candles(timeframe) == kept, timeframe
        filled.append([trade(END - 30 * MINUTE, "late")])
        filled.run(END)
        assert filled.candles(H4) == filled.truth(H4, END)
