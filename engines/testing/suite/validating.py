"""Theme: validation finds every planted fault, and finds none in correct tables."""

from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from pyiceberg.io.pyarrow import schema_to_pyarrow

from engines.base import ValidationRequest
from engines.domain.findings import Finding, Validation
from engines.domain.invariants import NO_MERGE, NO_MINUTES
from engines.domain.timeframe import H1, HOUR, M1, MINUTE, Timeframe, to_datetime
from engines.testing.history import History, trade
from engines.testing.strategies import MIDNIGHT
from engines.testing.suite.kit import NOW, Kit, target

WHERE = "window_start = '2024-03-01T02:00:00+00:00'"
ALL_BUT_FRESHNESS = ["price_order", "vwap_in_range", "positive", "window_alignment", "unique"]


def fill(history: History) -> None:
    """Append four hours of trades, in two minutes of each hour, and make 1m and 1h candles."""
    history.append(
        [trade(MIDNIGHT + h * HOUR + m * MINUTE, f"{h}.{m}", price=str(m + 1)) for h in range(4) for m in (0, 0, 7)]
    )
    history.append([trade(MIDNIGHT + h * HOUR + 1, f"{h}", price="3", quantity="2") for h in range(4)])
    history.prepare(NOW, M1, H1)


def plant(history: History, timeframe: Timeframe, **columns: Any) -> None:  # noqa: ANN401 - any column
    """Overwrite columns of the candle of 02:00, as another writer would."""
    table = target(history, timeframe)
    schema = schema_to_pyarrow(table.schema(), include_field_ids=False)
    changed = [row | columns for row in table.scan(WHERE).to_arrow().to_pylist()]
    table.overwrite(pa.Table.from_pylist(changed, schema=schema), overwrite_filter=WHERE)


def validated(history: History, **options: bool) -> Validation:
    """Validate both tables, by default also against the trades."""
    request = ValidationRequest(timeframes=(M1, H1), now=NOW, **({"against_trades": True} | options))  # type: ignore[arg-type]
    return history.lake.validate(request)


def broken(validation: Validation) -> dict[tuple[Timeframe, str], int]:
    """Number of broken rows by timeframe and invariant, without those that have none."""
    return {
        (table.timeframe, finding.invariant): finding.broken
        for table in validation.tables
        for finding in table.findings
        if finding.broken
    }


def finding_of(validation: Validation, timeframe: Timeframe, invariant: str) -> Finding:
    """The finding of one invariant on one table."""
    return next(
        finding
        for table in validation.tables
        for finding in table.findings
        if (table.timeframe, finding.invariant) == (timeframe, invariant)
    )


class Validating(Kit):
    """Tests of `Engine.validate`."""

    def test_sound_tables_are_looked_at_and_found_sound(self, history: History) -> None:
        fill(history)
        validation = validated(history)
        checked = {
            (table.timeframe, finding.invariant): finding.checked
            for table in validation.tables
            for finding in table.findings
        }

        assert broken(validation) == {}
        expected = {(M1, name): 8 for name in (*ALL_BUT_FRESHNESS, "against_trades")}
        assert checked == expected | {(H1, name): 4 for name in (*ALL_BUT_FRESHNESS, "rollup", "against_trades")}

    @pytest.mark.parametrize(
        ("invariant", "columns"),
        [
            ("price_order", {"open_price": Decimal(4)}),
            ("price_order", {"close_price": Decimal("0.5")}),
            ("vwap_in_range", {"vwap": Decimal("3.00000001")}),
            ("positive", {"volume": Decimal(0)}),
            ("positive", {"trade_count": 0}),
            ("window_alignment", {"window_end": to_datetime(MIDNIGHT + 2 * HOUR + 59_000_000)}),
        ],
    )
    def test_a_candle_that_cannot_be_is_found(self, history: History, invariant: str, columns: dict[str, Any]) -> None:
        fill(history)
        plant(history, M1, **columns)
        validation = validated(history, against_trades=False)
        finding = finding_of(validation, M1, invariant)
        (example,) = finding.examples

        assert (finding.checked, finding.broken) == (8, 1)
        assert (example.exchange, example.symbol, example.window_start) == ("binance", "BTCUSDT", MIDNIGHT + 2 * HOUR)
        assert {name for _, name in broken(validation)} <= {invariant, "rollup"}

    def test_a_difference_is_told_column_by_column(self, history: History) -> None:
        fill(history)
        plant(history, H1, volume=Decimal(50), buy_volume=Decimal(1))
        validation = validated(history)
        problem = "volume is 50.00000000, not 4.00000000; buy_volume is 1.00000000, not null"

        assert broken(validation) == {(H1, "rollup"): 1, (H1, "against_trades"): 1}
        for invariant in ("rollup", "against_trades"):
            (example,) = finding_of(validation, H1, invariant).examples
            assert example.problem == problem
            assert example.values["volume"] == "50.00000000"

    def test_missing_extra_and_doubled_candles_are_told_apart(self, history: History) -> None:
        fill(history)
        target(history).append(target(history).scan("window_start = '2024-03-01T03:00:00+00:00'").to_arrow())
        plant(history, M1, symbol="NOBODY")
        validation = validated(history)
        examples = finding_of(validation, M1, "against_trades").examples

        assert finding_of(validation, M1, "unique").broken == 2
        assert [(e.symbol, e.problem.split(":")[0]) for e in examples] == [("NOBODY", "extra"), ("BTCUSDT", "missing")]

    def test_a_value_that_no_sum_can_be_does_not_stop_the_search(self, history: History) -> None:
        fill(history)
        plant(history, M1, quote_volume=Decimal("9" * 22), volume=Decimal("0.00000001"))

        assert broken(validated(history))[H1, "rollup"] == 1

    def test_only_the_recorded_snapshot_matters(self, history: History) -> None:
        fill(history)
        recorded = history.table.metadata.current_snapshot_id
        history.append([trade(MIDNIGHT + 1, "late", price="9")])
        validation = validated(history)

        assert broken(validation) == {}
        assert [source.snapshot_id for source in validation.sources] == [recorded]

    def test_copies_and_rejected_trades_are_listed(self, history: History) -> None:
        good = [trade(MIDNIGHT + n * MINUTE, str(n)) for n in range(5)]
        bad = [trade(MIDNIGHT + n, f"bad {n}", price="0") for n in range(3)] + [trade(NOW - 1, "q", quantity="-1")]
        history.append([*good, *bad, *good[:2]])
        history.prepare(NOW, M1, H1)
        (source,) = validated(history).sources

        assert (source.trades_read, source.duplicates) == (11, 2)
        assert {r.reason: r.count for r in source.rejected} == {"price_not_positive": 3, "quantity_not_positive": 1}
        assert {sample["message_id"] for sample in source.samples} == {"bad 0", "bad 1", "bad 2", "q"}
        assert {sample["price"] for sample in source.samples} == {"0.00000000", "1.00000000"}

    def test_minutes_that_others_deleted_are_missed_without_the_trades(self, history: History) -> None:
        """Both ways: an hour without its minutes, and minutes without their hour."""
        fill(history)
        target(history, M1).delete(
            "window_start >= '2024-03-01T02:00:00+00:00' and window_start < '2024-03-01T03:00:00+00:00'"
        )
        target(history, H1).delete("window_start = '2024-03-01T00:00:00+00:00'")
        validation = validated(history, against_trades=False)
        finding = finding_of(validation, H1, "rollup")

        assert broken(validation) == {(H1, "rollup"): 2}
        assert [(e.window_start, e.problem) for e in finding.examples] == [
            (MIDNIGHT + 2 * HOUR, NO_MINUTES),
            (MIDNIGHT, NO_MERGE),
        ]
