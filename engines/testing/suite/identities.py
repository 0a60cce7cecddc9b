"""Theme: what a trade is told apart by, in tables of ours and of others."""

from decimal import Decimal

import pytest

from engines.base import TradesConfig, ValidationRequest
from engines.domain.findings import Validation
from engines.domain.identity import Identity
from engines.domain.timeframe import H1, M1, MINUTE
from engines.testing.foreign import USED, foreign_source
from engines.testing.history import History, trade
from engines.testing.strategies import MIDNIGHT
from engines.testing.suite.kit import NOW, Kit, NewLake, heads, prove, rows

MILLISECOND = 1_000
DUMPED = [trade(MIDNIGHT + n * MILLISECOND + 123, str(n), f"{n + 1}.1", side="buy") for n in range(4)]
RECORDED = [trade(MIDNIGHT + n * MILLISECOND, str(n), f"{n + 1}.1", side="buy") for n in range(4)]
"""The same trades, with times in milliseconds."""


class Identities(Kit):
    """Tests of `Identity`: whether copies of a trade may have other times."""

    def test_a_trade_told_in_milliseconds_and_in_microseconds_counts_once(self, history: History) -> None:
        history.append(RECORDED)
        history.append(DUMPED)
        (table,) = history.run(NOW, M1)

        assert table.duplicates == 4
        assert [(row["trade_count"], row["buy_volume"]) for row in rows(history)] == [(4, 4)]
        prove(history, M1)

    def test_of_copies_at_other_times_the_winner_gives_price_and_place(self, history: History) -> None:
        """The copy that is delivered last wins, and opens and closes where its own time says."""
        early = [trade(MIDNIGHT + 1, "a", "1"), trade(MIDNIGHT + 5, "b", "2"), trade(MIDNIGHT + 9, "c", "3")]
        history.append(early)
        history.append([trade(MIDNIGHT + 7, "a", "4", ingestion_timestamp=1), trade(MIDNIGHT + 2, "c", "9")])
        (table,) = history.run(NOW, M1)

        assert table.duplicates == 2
        assert [(row["open_price"], row["close_price"]) for row in rows(history)] == [(2, 3)]
        prove(history, M1)

    def test_an_id_in_two_minutes_is_two_trades(self, history: History) -> None:
        history.append([trade(MIDNIGHT + MINUTE - 1, "1"), trade(MIDNIGHT + MINUTE, "1"), trade(MIDNIGHT, "1")])
        history.run(NOW, M1, H1)

        assert [row["trade_count"] for row in rows(history)] == [1, 1]
        prove(history, M1, H1)

    def test_in_tables_of_others_an_id_at_two_times_is_two_trades(self, new_lake: NewLake) -> None:
        history = foreign_source(new_lake(), USED)
        history.append([*DUMPED, *RECORDED])
        history.append([*DUMPED[:2], trade(MIDNIGHT, "0", "7", ingestion_timestamp=1)])
        (table,) = history.run(NOW, M1)

        assert (table.duplicates, rows(history)[0]["trade_count"]) == (3, 8)
        prove(history, M1)

    @pytest.mark.parametrize("chosen", [Identity.ID, Identity.ID_TIME])
    def test_the_choice_of_the_settings_wins(self, new_lake: NewLake, chosen: Identity) -> None:
        history = foreign_source(new_lake(trades=TradesConfig(identity=chosen)), USED)
        history.append([*DUMPED, *RECORDED, trade(MIDNIGHT, "0")])
        history.run(NOW, M1)

        assert rows(history)[0]["trade_count"] == {Identity.ID: 4, Identity.ID_TIME: 8}[chosen]
        prove(history, M1)

    def test_another_choice_makes_all_candles_anew(self, new_lake: NewLake, history: History) -> None:
        """Until then the candles are right by what they were made with."""
        history.append([*DUMPED, *RECORDED])
        history.prepare(NOW, M1, H1)
        other = History(new_lake(beside=history.lake, trades=TradesConfig(identity=Identity.ID_TIME)))
        before = _broken(other)
        refused = other.aggregate(NOW, M1, incremental_only=True)
        tables = other.run(NOW, M1, H1)

        assert before == 0
        assert (refused.exit_code, "told apart by id, now by id-time" in str(refused.tables[0].failure)) == (2, True)
        assert [table.candles_written for table in tables] == [1, 1]
        assert [row["volume"] for row in rows(other)] == [Decimal(8)]
        assert _broken(other) == 0
        prove(other, M1, H1)
        seen = heads(other)
        other.run(NOW, M1, H1)
        assert heads(other) == seen


def _broken(history: History) -> int:
    """Number of candles that validation against the trades finds wrong."""
    found: Validation = history.lake.validate(ValidationRequest(timeframes=(M1, H1), now=NOW, against_trades=True))
    return sum(finding.broken for table in found.tables for finding in table.findings)
