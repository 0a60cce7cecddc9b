"""Theme: tables of more than 8 decimal places, as markets need whose prices are a millionth of a cent."""

import pyarrow as pa
import pytest
from pyiceberg.types import DecimalType, DoubleType, StringType

from engines.base import CandleQuery, RefreshRequest, TradeQuery, ValidationRequest
from engines.domain.decimals import Scale
from engines.domain.results import Status
from engines.domain.timeframe import D1, H1, HOUR, M1, MINUTE, isoformat
from engines.testing import mapped, oracle
from engines.testing.arrow import candles_of
from engines.testing.foreign import USED, append_rows, foreign_source
from engines.testing.history import trade
from engines.testing.mapped import Theirs, as_float, as_text
from engines.testing.oracle import Trade
from engines.testing.strategies import MIDNIGHT
from engines.testing.suite.kit import NOW, Kit, NewLake, prove, started, target

FINE = Scale(12)
AMOUNTS = (
    ("0.000000000187", "12345678901"),
    ("0.000000000188", "0.000000000001"),
    ("0.000011230000", "1000.5"),
    ("12345678901234567890.123456789012", "0.000000000025"),
    ("79999999999999999999999999.999999999999", "0.000000000001"),
    ("65000.123456789", "1.5"),
)
"""Prices and quantities from the smallest to the largest; some means have more digits than a number of 64 bits."""


def fine(start: int = MIDNIGHT, symbol: str = "PEPEBTC") -> list[Trade]:
    """Trades of these prices and quantities on either side, two a minute and two minutes an hour."""
    return [
        trade(
            start + n // 4 * HOUR + n // 2 % 2 * MINUTE + n,
            f"{start}.{n}",
            price,
            quantity,
            symbol=symbol,
            side=("buy", "sell")[n % 2],
        )
        for n, (price, quantity) in enumerate(AMOUNTS)
    ]


class Scales(Kit):
    """Tests that tables of another scale keep all laws, and that what does not fit them is said."""

    def test_candles_of_12_places_are_exact_and_merge(self, new_lake: NewLake) -> None:
        history = started(new_lake(scale=FINE))
        history.append(fine())
        history.append([*fine()[:3], *fine(MIDNIGHT + 4 * HOUR, "BONKBTC")])
        history.run(NOW, M1, H1, D1)

        prove(history, M1, H1, D1)
        checked = ValidationRequest(timeframes=(M1, H1, D1), now=NOW, against_trades=True)
        found = history.lake.validate(checked)
        assert sum(finding.broken for table in found.tables for finding in table.findings) == 0
        history.append(fine(MIDNIGHT + 2 * HOUR)[:4])
        history.run(NOW, M1, H1)
        prove(history, M1, H1)

    def test_rows_are_read_with_the_decimals_of_their_tables(self, new_lake: NewLake) -> None:
        history = started(new_lake(scale=FINE))
        history.append(fine())
        history.prepare(NOW, M1)
        trades = history.lake.trades(TradeQuery()).read_all()
        candles = history.lake.candles(CandleQuery(timeframe=M1)).read_all().schema

        assert {trades.schema.field(name).type for name in ("price", "quantity")} == {pa.decimal128(38, 12)}
        assert sorted(trades["price"].to_pylist()) == sorted(row.price or 0 for row in fine())
        assert {candles.field(name).type for name in ("open_price", "vwap", "volume")} == {pa.decimal128(38, 12)}
        assert candles.field("quote_volume").type == pa.decimal128(38, 24)

    @pytest.mark.parametrize(
        ("amounts", "measure"),
        [
            ([("99999999999999", "1.000000000001")] * 2, "quote_volume does not fit decimal(38, 24)"),
            ([("0.000000000001", "99999999999999999999999999")] * 2, "volume does not fit decimal(38, 12)"),
        ],
    )
    def test_a_sum_that_does_not_fit_is_named(
        self, new_lake: NewLake, amounts: list[tuple[str, str]], measure: str
    ) -> None:
        history = started(new_lake(scale=FINE))
        history.append([trade(MIDNIGHT + n, str(n), price, quantity) for n, (price, quantity) in enumerate(amounts)])
        (table,) = history.aggregate(NOW, M1).tables

        assert table.status is Status.FAILED
        assert f"{isoformat(MIDNIGHT)}: {measure}" in str(table.failure)
        assert target(history).current_snapshot() is None

    @pytest.mark.parametrize(
        "theirs",
        [
            Theirs(DecimalType(18, 8), lambda row: row.price),
            Theirs(DecimalType(38, 18), lambda row: row.price),
            Theirs(StringType(), as_text("price")),
            Theirs(DoubleType(), as_float("price")),
        ],
        ids=["decimal(18, 8)", "decimal(38, 18)", "text", "double"],
    )
    def test_prices_of_any_type_are_read_as_the_scale_has_them(self, new_lake: NewLake, theirs: Theirs) -> None:
        lake = new_lake(scale=FINE)
        mapped.create(lake, {"price": theirs})
        places = 8 if theirs.type == DecimalType(18, 8) else 12
        rows = [trade(MIDNIGHT + n, str(n), f"{3**n}e-{places}", "0.5", symbol="PEPEBTC") for n in range(0, 30, 2)]
        mapped.append(lake, {"price": theirs}, rows)
        request = RefreshRequest(timeframes=(M1,), now=NOW, run_id="theirs")

        assert lake.aggregate(request).exit_code == 0
        found = candles_of(lake.tables.target(M1).scan().to_arrow())
        assert found == oracle.candles(rows, MINUTE, places=12)

    def test_a_price_of_more_places_is_refused_with_the_scale_that_would_do(self, new_lake: NewLake) -> None:
        history = foreign_source(new_lake(scale=Scale(9)), {**USED, "price": DecimalType(38, 18)})
        append_rows(history.table, [trade(MIDNIGHT, "fine"), trade(MIDNIGHT + 1, "finer", "0.00000000012")])
        refresh = history.aggregate(NOW, M1)
        (table,) = refresh.tables

        assert refresh.exit_code == 2
        assert "not exactly a decimal(38, 9) or decimal(38, 9)" in str(table.failure)
        assert "price 0.000000000120000000" in str(table.failure)
