"""Theme: trades that are removed by orders of k2, which no run asks about."""

import pytest

from engines.domain.results import Status
from engines.domain.timeframe import H1, HOUR, M1, MINUTE
from engines.iceberg.files import live_files
from engines.testing.history import History, Place, trade
from engines.testing.strategies import MIDNIGHT
from engines.testing.suite.kit import ASK, KEEP, NOW, REFUSE, Kit, prove, rows

HOURS = [MIDNIGHT + n * HOUR for n in range(5)]


def imported(history: History) -> list[str]:
    """Import two files of five hours each, which share a trade an hour, and make the candles; the runs."""
    runs = [
        history.bring([trade(h + m, f"{h}.{m}") for h in HOURS for m in minutes])
        for minutes in ((0, 10 * MINUTE), (0, 20 * MINUTE))
    ]
    history.prepare(NOW, M1, H1)
    return runs


def first_file(place: Place) -> bool:
    """Pick the oldest file."""
    return place.rank == 0


class Orders(Kit):
    """Tests of candles that follow what was removed on an order."""

    @pytest.mark.parametrize("removed", [ASK, REFUSE, KEEP])
    def test_candles_of_an_import_that_was_taken_back_go_unasked(self, history: History, removed: object) -> None:
        first, _ = imported(history)
        history.undo(first)
        finest, _ = history.run(NOW, M1, H1, removed=removed, removed_limit=0)

        assert finest.candles_removed == 5
        prove(history, M1, H1)

    @pytest.mark.parametrize("removed", [ASK, REFUSE, KEEP])
    def test_candles_of_a_series_that_was_taken_out_go_unasked(self, history: History, removed: object) -> None:
        imported(history)
        history.bring([trade(HOURS[0] + 3, "other", symbol="ETHUSDT")])
        history.prepare(NOW, M1, H1)
        history.take_out("binance", "BTCUSDT", HOURS[0], HOURS[2])
        history.run(NOW, M1, H1, removed=removed, removed_limit=0)

        prove(history, M1, H1)

    @pytest.mark.parametrize("masked", [False, True])
    def test_merged_files_are_no_change_and_hold_what_a_later_run_needs(self, history: History, masked: bool) -> None:
        imported(history)
        if masked:
            history.mask(first_file)
        history.merge()
        tables = history.run(NOW, M1, H1)
        files = len(live_files(history.table, history.table.current_snapshot()))
        history.bring([trade(HOURS[2] + 5, "late")])
        history.run(NOW, M1, H1)

        assert masked or {table.status for table in tables} == {Status.UP_TO_DATE}
        assert files == 5
        prove(history, M1, H1)

    @pytest.mark.parametrize("removed", [REFUSE, KEEP])
    def test_what_an_order_wrote_anew_and_others_removed_is_theirs(self, history: History, removed: object) -> None:
        history.bring([trade(h + m, f"{h}.{m}") for h in HOURS for m in (0, 10 * MINUTE)])
        history.prepare(NOW, M1)
        before = rows(history)
        history.take_out("binance", "BTCUSDT", HOURS[0] + 10 * MINUTE, HOURS[0] + 11 * MINUTE)
        history.drop_files(first_file)
        refresh = history.aggregate(NOW, M1, removed=removed)

        assert refresh.exit_code == (2 if removed is REFUSE else 0)
        assert rows(history)[0] == before[0]

    def test_what_others_removed_beside_an_order_is_still_a_question(self, history: History) -> None:
        imported(history)
        history.drop_files(first_file)
        history.bring([trade(HOURS[4] + 3, "later")])
        history.take_out("binance", "BTCUSDT", HOURS[4], HOURS[4] + 4)

        assert history.aggregate(NOW, M1, H1, removed=REFUSE).exit_code == 2
