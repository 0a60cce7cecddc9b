"""Theme: a source whose columns have other names and types is read as it is, exactly, or refused by name."""

import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import pytest
from pyiceberg.types import (
    BinaryType,
    BooleanType,
    DecimalType,
    DoubleType,
    FixedType,
    IntegerType,
    LongType,
    StringType,
    TimestampType,
    TimestamptzType,
    UUIDType,
)

from engines.base import TradeQuery, TradesConfig
from engines.domain.mapping import NONE, Constant, Given, Inexact, Sides, SourceMapping
from engines.domain.timeframe import M1, MINUTE, SECOND, to_datetime
from engines.domain.units import TimeUnit
from engines.lake import Lake
from engines.testing import oracle
from engines.testing.arrow import candles_of
from engines.testing.history import History, trade
from engines.testing.mapped import Theirs, append, as_float, as_text, create, ours
from engines.testing.oracle import Trade
from engines.testing.strategies import MIDNIGHT
from engines.testing.suite.kit import NOW, Kit, NewLake

AMOUNTS = ("0.00000001", "0.1", "3", "65000.12345678", "0.3", "22517998.13685247")


def some() -> list[Trade]:
    """Trades in whole seconds, with amounts of all sizes that a double can hold."""
    return [
        trade(MIDNIGHT + n * 40 * SECOND, str(1000 + n), price=price, quantity=AMOUNTS[-1 - n % 6])
        for n, price in enumerate(AMOUNTS * 2)
    ]


TIMES: Mapping[str, Theirs] = {
    "timestamptz": Theirs(TimestamptzType(), lambda t: to_datetime(t.timestamp or 0)),
    "timestamp": Theirs(TimestampType(), lambda t: to_datetime(t.timestamp or 0).replace(tzinfo=None)),
    "s": Theirs(IntegerType(), lambda t: (t.timestamp or 0) // SECOND),
    "ms": Theirs(LongType(), lambda t: (t.timestamp or 0) // 1000),
    "us": Theirs(LongType(), lambda t: t.timestamp),
    "ns": Theirs(LongType(), lambda t: (t.timestamp or 0) * 1000),
}
PRICES: Mapping[str, Theirs] = {
    "decimal(38, 18)": Theirs(DecimalType(38, 18), lambda t: t.price),
    "decimal(12, 8)": Theirs(DecimalType(13, 8), lambda t: t.price),
    "text": Theirs(StringType(), as_text("price")),
    "double": Theirs(DoubleType(), as_float("price")),
}
IDS: Mapping[str, tuple[Theirs, str]] = {
    "long": (Theirs(LongType(), lambda t: int(t.message_id or "")), "{}"),
    "int": (Theirs(IntegerType(), lambda t: int(t.message_id or "")), "{}"),
    "uuid": (Theirs(UUIDType(), lambda t: uuid.UUID(int=int(t.message_id or "")).bytes), "uuid"),
    "fixed": (Theirs(FixedType(4), lambda t: (t.message_id or "").encode()), "hex"),
    "binary": (Theirs(BinaryType(), lambda t: (t.message_id or "").encode()), "hex"),
}


def mapped(**mapping: object) -> TradesConfig:
    """How a source is read whose columns are mapped."""
    return TradesConfig(mapping=SourceMapping(**mapping))  # type: ignore[arg-type]


def run(lake: Lake, trades: list[Trade], *, windows: int | None = None) -> None:
    """Make the 1m candles, and assert that they are the oracle's of the trades; and the trades as they are read."""
    (table,) = _history(lake).run(NOW, M1)
    found = candles_of(lake.tables.target(M1).scan().to_arrow())

    assert found == oracle.candles(trades, MINUTE)
    assert windows in (None, table.windows)
    assert Counter(Trade(**row) for row in lake.trades(TradeQuery()).read_all().to_pylist()) == Counter(trades)


def _history(lake: Lake) -> History:
    history = History.__new__(History)
    history.lake = lake
    return history


class Mappings(Kit):
    """Tests with each kind of column that a trade may be made from."""

    @pytest.mark.parametrize("kind", TIMES)
    def test_times_of_each_type_and_unit(self, new_lake: NewLake, kind: str) -> None:
        """A unit that is not named is found from the bounds; and an incremental run reads what is new alone."""
        columns, gone = {"event_time": TIMES[kind]}, ("timestamp",)
        lake = new_lake(trades=mapped(columns={"timestamp": "event_time"}), timeframes=(M1,))
        create(lake, columns, replacing=gone)
        append(lake, columns, some(), replacing=gone)
        run(lake, some())
        late = [trade(MIDNIGHT + 3 * SECOND, "late", price="7"), trade(MIDNIGHT + 9 * MINUTE, "new", price="8")]
        append(lake, columns, late, replacing=gone)

        plan = _history(lake).aggregate(NOW, M1, dry_run=True).tables[0]
        assert plan.data_files_read == 2
        run(lake, [*some(), *late])
        bounded = lake.trades(TradeQuery(start=MIDNIGHT + 1, end=MIDNIGHT + 40 * SECOND)).read_all()
        assert bounded["message_id"].to_pylist() == ["late"]

    @pytest.mark.parametrize("inexact", [Inexact.REJECT, Inexact.ROUND])
    def test_a_look_tells_what_a_run_leaves_out(self, new_lake: NewLake, inexact: Inexact) -> None:
        columns = {"price": Theirs(StringType(), as_text("price")), "side": Theirs(StringType(), lambda t: t.side)}
        odd = [trade(MIDNIGHT, "places", price="1.1234567891234"), trade(MIDNIGHT, "zero", price="0")]
        trades = [*some(), *odd, trade(MIDNIGHT, "side", side="?")]
        lake = new_lake(trades=mapped(inexact=inexact), timeframes=(M1,))
        create(lake, columns)
        append(lake, columns, trades)

        look, (table,) = lake.look(), _history(lake).run(NOW, M1)
        assert (look.rows, look.rejected, look.noted) == (len(trades), table.rejected, table.noted)
        assert len(look.newest) == 5

    @pytest.mark.parametrize("kind", ["s", "ms", "us", "ns"])
    def test_a_unit_that_is_named(self, new_lake: NewLake, kind: str) -> None:
        columns = {"timestamp": TIMES[kind]}
        lake = new_lake(trades=mapped(timestamp_unit=TimeUnit(kind)), timeframes=(M1,))
        create(lake, columns)
        append(lake, columns, some())

        run(lake, some())

    @pytest.mark.parametrize("kind", PRICES)
    def test_prices_and_quantities_of_each_type(self, new_lake: NewLake, kind: str) -> None:
        theirs = PRICES[kind]
        quantity = Theirs(theirs.type, lambda t: theirs.value(replace(t, price=t.quantity)))
        columns = {"price": theirs, "size": quantity}
        trades = [t for t in some() if kind != "decimal(12, 8)" or max(t.price or 0, t.quantity or 0) < 10_000]
        trades += [replace(trade(MIDNIGHT, "nothing"), price=None), trade(MIDNIGHT, "zero", price="0")]
        lake = new_lake(trades=mapped(columns={"quantity": "size"}), timeframes=(M1,))
        create(lake, columns, replacing=("quantity",))
        append(lake, columns, trades, replacing=("quantity",))

        run(lake, trades)

    @pytest.mark.parametrize("kind", IDS)
    def test_ids_of_each_type(self, new_lake: NewLake, kind: str) -> None:
        column, form = IDS[kind]
        lake = new_lake(trades=mapped(columns={"message_id": "id"}), timeframes=(M1,))
        create(lake, {"id": column}, replacing=("message_id",))
        append(lake, {"id": column}, [*some(), *some()[:3]], replacing=("message_id",))
        read = [replace(t, message_id=_id(t.message_id or "", form)) for t in some()]

        run(lake, [*read, *read[:3]])

    def test_names_in_upper_case(self, new_lake: NewLake) -> None:
        names = ("message_id", "symbol", "exchange", "timestamp", "price", "quantity")
        columns = {name.upper(): ours(name) for name in names}
        lake = new_lake(timeframes=(M1,))
        create(lake, columns, replacing=names)
        append(lake, columns, some(), replacing=names)

        run(lake, some())

    def test_constants_and_a_source_of_another_namespace(self, new_lake: NewLake) -> None:
        given: dict[str, Given] = {"exchange": Constant("binance"), "symbol": "pair"}
        lake = new_lake(trades=mapped(columns=given), timeframes=(M1,), source="raw.exchange_trades")
        lake.tables.catalog.create_namespace_if_not_exists("raw")
        columns = {"pair": Theirs(StringType(), lambda t: t.symbol)}
        create(lake, columns, replacing=("symbol", "exchange"))
        append(lake, columns, some(), replacing=("symbol", "exchange"))

        assert lake.names.source == "raw.exchange_trades"
        run(lake, some())

    @pytest.mark.parametrize("kind", ["maker", "number", "words", "case"])
    def test_sides_in_words_of_their_own(self, new_lake: NewLake, kind: str) -> None:
        sides = ("buy", "sell", "buy", None)
        trades = [replace(t, side=sides[n % 4]) for n, t in enumerate(some())]
        spelled: Mapping[str, tuple[Theirs, Given]] = {
            "maker": (
                Theirs(BooleanType(), lambda t: {"buy": False, "sell": True}.get(t.side or "")),
                Sides(column="way", buy=(False,), sell=(True,)),
            ),
            "number": (
                Theirs(LongType(), lambda t: {"buy": 1, "sell": -1}.get(t.side or "")),
                Sides(column="way", buy=(1,), sell=(-1,)),
            ),
            "words": (
                Theirs(StringType(), lambda t: {"buy": "BID", "sell": "a"}.get(t.side or "")),
                Sides(column="way", buy=("bid", "b"), sell=("ask", "A")),
            ),
            "case": (Theirs(StringType(), lambda t: {"buy": "Buy", "sell": "SELL"}.get(t.side or "")), "way"),
        }
        column, given = spelled[kind]
        lake = new_lake(trades=mapped(columns={"side": given}), timeframes=(M1,))
        create(lake, {"way": column})
        append(lake, {"way": column}, trades)
        _history(lake).run(NOW, M1)

        assert candles_of(lake.tables.target(M1).scan().to_arrow()) == oracle.candles(trades, MINUTE)

    def test_sides_that_are_not_understood_are_counted(self, new_lake: NewLake) -> None:
        trades = [replace(t, side=("buy", "maker", None)[n % 3]) for n, t in enumerate(some())]
        side = {"side": Theirs(StringType(), lambda t: t.side)}
        lake = new_lake(timeframes=(M1,))
        create(lake, side)
        append(lake, side, trades)
        (table,) = _history(lake).run(NOW, M1)

        assert {each.reason: each.count for each in table.noted} == {"side_unknown": 4}
        run(lake, trades)

    def test_trades_without_ids_all_count(self, new_lake: NewLake) -> None:
        """Nothing is recognised as delivered twice; where times are equal, the order is that of the prices."""
        trades = [trade(MIDNIGHT, "", price=price) for price in ("3", "1", "2", "3", "3")]
        lake = new_lake(trades=mapped(columns={"message_id": NONE}), timeframes=(M1,))
        create(lake, {}, replacing=("message_id",))
        append(lake, {}, trades, replacing=("message_id",))
        (table,) = _history(lake).run(NOW, M1)
        (candle,) = candles_of(lake.tables.target(M1).scan().to_arrow())

        assert (table.duplicates, candle.trade_count) == (0, 5)
        assert [candle.open, candle.close, candle.volume] == [1, 3, 5]

    @pytest.mark.parametrize("kind", ["decimal(38, 18)", "text", "double"])
    @pytest.mark.parametrize("inexact", Inexact)
    def test_amounts_that_are_not_exact(self, new_lake: NewLake, kind: str, inexact: Inexact) -> None:
        theirs = PRICES[kind]
        half = "1.1234567851" if kind == "double" else "1.123456785"  # that one is no double
        odd = [
            trade(MIDNIGHT + 5, "half", price=half),
            trade(MIDNIGHT + 5, "less", price="1.123456784999"),
            trade(MIDNIGHT + 6, "tiny", price="0.000000001"),
        ]
        lake = new_lake(trades=mapped(inexact=inexact), timeframes=(M1,))
        create(lake, {"price": theirs})
        append(lake, {"price": theirs}, [*some()[:2], *odd])
        (table,) = _history(lake).aggregate(NOW, M1).tables
        found = candles_of(lake.tables.target(M1).scan().to_arrow())

        if inexact is Inexact.REFUSE:
            assert table.failure is not None
            assert table.failure.exit_code == 2
            assert "3 trades have a price or quantity that is not exactly" in table.failure.message
            assert f"price {half}" in table.failure.message
            assert found == []
        elif inexact is Inexact.REJECT:
            assert {each.reason: each.count for each in table.rejected} == {"price_not_exact": 3}
            assert found == oracle.candles(some()[:2], MINUTE)
        else:
            prices = map(Decimal, ("1.12345679", "1.12345678", "0"))
            rounded = [replace(t, price=price) for t, price in zip(odd, prices, strict=True)]
            assert {each.reason: each.count for each in table.noted} == {"price_rounded": 2}
            assert {each.reason: each.count for each in table.rejected} == {"price_not_positive": 1}
            assert found == oracle.candles([*some()[:2], *rounded], MINUTE)


def _id(text: str, form: str) -> str:
    if form == "uuid":
        return str(uuid.UUID(int=int(text)))
    return text.encode().hex() if form == "hex" else text
