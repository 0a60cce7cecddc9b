"""Theme: quantities of up to 38 digits, in tables that always had them and in tables that were widened."""

from collections.abc import Sequence
from decimal import Decimal

import pytest
from pyiceberg.types import DecimalType

from engines.base import TradeQuery, ValidationRequest
from engines.domain.results import Creation, Status
from engines.domain.timeframe import H1, HOUR, M1, MINUTE, isoformat
from engines.testing.arrow import trades_table
from engines.testing.foreign import USED, append_rows, foreign_source, older_source
from engines.testing.history import History, trade
from engines.testing.oracle import Trade
from engines.testing.strategies import MIDNIGHT, MOST, SMALLEST
from engines.testing.suite.kit import NOW, Kit, NewLake, prove, target

BTTC = ("9999999999", "10000000000", "25000000000", "1234567890123456789012345678.12345678", "0.00000001")
"""Quantities of a coin of which a cent buys thousands, and of one of which nobody has that many."""


def some(start: int = MIDNIGHT) -> list[Trade]:
    """A trade of each of these quantities, on either side, an hour apart each two."""
    return [
        trade(start + n // 2 * HOUR + n, f"{start}.{n}", "0.00000052", quantity, side=("buy", "sell")[n % 2])
        for n, quantity in enumerate(BTTC)
    ]


class Digits(Kit):
    """Tests that no quantity is too long for a candle, or that its window is named."""

    def test_quantities_of_38_digits_make_exact_candles(self, history: History) -> None:
        history.append([*some(), trade(MIDNIGHT + 9 * HOUR, "most", str(SMALLEST), str(MOST), side="buy")])
        history.append(some()[:3])
        history.run(NOW, M1, H1)

        prove(history, M1, H1)
        checked = ValidationRequest(timeframes=(M1, H1), now=NOW, against_trades=True)
        found = history.lake.validate(checked)
        assert sum(finding.broken for table in found.tables for finding in table.findings) == 0

    @pytest.mark.parametrize("type_", [DecimalType(38, 8), DecimalType(38, 2), DecimalType(38, 0), DecimalType(25, 4)])
    def test_decimals_of_any_length_are_read(self, new_lake: NewLake, type_: DecimalType) -> None:
        history = foreign_source(new_lake(), {**USED, "quantity": type_})
        whole = [trade(MIDNIGHT + n, str(n), "0.3", str(3**n), side="buy") for n in range(0, 40, 3)]
        history.append([*whole, *whole[:2]])
        (table,) = history.run(NOW, M1)

        assert table.duplicates == 2
        prove(history, M1)
        read = history.lake.trades(TradeQuery()).read_all()["quantity"].to_pylist()
        assert sorted(read) == sorted(row.quantity or 0 for row in history.trades)

    @pytest.mark.parametrize(
        ("amounts", "measure"),
        [
            ([("2", str(MOST))], "quote_volume"),
            ([("9999999999", "1000000000000")] * 2, "quote_volume"),
            ([(str(SMALLEST), str(MOST)), (str(SMALLEST), "1")], "volume"),
        ],
    )
    def test_what_does_not_fit_is_an_error_that_names_window_and_measure(
        self, history: History, amounts: Sequence[tuple[str, str]], measure: str
    ) -> None:
        start = MIDNIGHT + 7 * MINUTE
        history.append([trade(start + n, f"a {n}", price, quantity) for n, (price, quantity) in enumerate(amounts)])
        history.append([trade(MIDNIGHT, "fine")])
        self._refused(history, isoformat(start), f" {measure} does not fit")

    def test_a_quantity_that_is_too_large_by_itself_is_an_error_too(self, new_lake: NewLake) -> None:
        """decimal(38, 2) has numbers that decimal(38, 8) has not: they are neither cut nor left out."""
        history = foreign_source(new_lake(), {**USED, "quantity": DecimalType(38, 2)})
        large = trade(MIDNIGHT + HOUR, "large", "1", f"1{'0' * 30}")
        append_rows(history.table, [trade(MIDNIGHT, "fine"), large])
        self._refused(history, "not exactly a decimal(18, 8) or decimal(38, 8)", f"1{'0' * 30}", exit_code=2)

    def _refused(self, history: History, *words: str, exit_code: int = 3) -> None:
        refresh = history.aggregate(NOW, M1)
        (table,) = refresh.tables

        assert (refresh.exit_code, table.status) == (exit_code, Status.FAILED)
        assert all(word in str(table.failure) for word in words), table.failure
        assert target(history).current_snapshot() is None

    def test_an_older_table_is_widened_and_nothing_is_counted_anew(self, new_lake: NewLake) -> None:
        """Afterwards files of 18 and of 38 digits lie side by side, of ours and of another writer."""
        history = older_source(new_lake())
        old = [trade(MIDNIGHT + n * HOUR + n, str(n), "0.5", "9999999999.99999999", side="buy") for n in range(4)]
        history.append(old[:3])
        history.lake.append([trades_table(old[3:])], run_id="older")
        history = History(history.lake)
        history.prepare(NOW, M1, H1)
        (trades, *_) = history.lake.create_tables(evolve=True)
        idle = history.run(NOW, M1, H1)

        assert (trades.table, trades.status) == (history.lake.names.source, Creation.EVOLVED)
        assert {table.status for table in idle} == {Status.UP_TO_DATE}
        history.append(some(MIDNIGHT + HOUR))
        history.lake.append([trades_table(some(MIDNIGHT + 3 * HOUR))], run_id="newer")
        history = History(history.lake)
        history.run(NOW, M1, H1)
        prove(history, M1, H1)
        history.run(NOW, M1, H1, rebuild=True)
        prove(history, M1, H1)
        assert {Decimal(BTTC[0]), old[0].quantity} < set(
            history.lake.trades(TradeQuery()).read_all()["quantity"].to_pylist()
        )
        assert [table.status for table in history.lake.create_tables(evolve=True)][:1] == [Creation.EXISTS]
