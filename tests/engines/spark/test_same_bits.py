"""Polars, Spark and the oracle give the same bits, on tables of their own and taking turns on one table."""

import random
from dataclasses import replace

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from engines.domain.decimals import Scale
from engines.domain.timeframe import DAY, DEFAULT_TIMEFRAMES, H1, M1, Timeframe
from engines.lake import Lake
from engines.testing.history import History, trade
from engines.testing.oracle import Trade
from engines.testing.strategies import MIDNIGHT, trades
from tests.engines.spark.conftest import NewLakes

pytestmark = pytest.mark.spark

NOW = MIDNIGHT + 2 * DAY
SERIES = [("binance", "BTCUSDT"), ("kraken", "SHIBUSDT"), ("binance", "ETHÜSDT"), ("okx", "PEPE-USDT")]
_STAMPS = ("created_at", "updated_at")


def rows(lake: Lake, timeframe: Timeframe) -> list[dict[str, object]]:
    """All columns of a table but the stamps, by PyIceberg's reader."""
    found: pa.Table = lake.tables.target(timeframe).scan().to_arrow()
    columns = [name for name in found.column_names if name not in _STAMPS]
    return sorted(found.select(columns).to_pylist(), key=repr)


def big(chance: random.Random, digits: int) -> str:
    """A number of up to so many digits before the point and eight behind it."""
    return f"{chance.randrange(10**digits)}.{chance.randrange(1, 10**8):08d}"


@pytest.mark.parametrize("kind", ["ordinary", "low price, huge volume", "ties and copies", "twelve places"])
def test_the_engines_make_the_same_rows(new_lakes: NewLakes, kind: str) -> None:
    chance = random.Random(kind)  # noqa: S311 - weather, not secrets
    made = [_made(chance, kind) for _ in range(400)]
    made += chance.choices(made, k=40)
    scale = Scale(12) if kind == "twelve places" else None
    (polars, _), (_, spark) = new_lakes("by_polars", scale), new_lakes("by_spark", scale)
    histories = [History(lake) for lake in (polars, spark)]
    for history in histories:
        for part in (made[:150], made[150:]):
            history.append(part)
        history.run(NOW)

    for timeframe in DEFAULT_TIMEFRAMES:
        assert rows(spark, timeframe) == rows(polars, timeframe), timeframe
        histories[1].prove(NOW, timeframe)


def _made(chance: random.Random, kind: str) -> Trade:
    exchange, symbol = chance.choice(SERIES)
    wide = kind == "low price, huge volume"
    tied, fine = kind == "ties and copies", kind == "twelve places"
    price = f"0.{chance.randrange(1, 100):08d}" if wide else big(chance, 5)
    quantity = big(chance, 10 if wide else 3)
    return trade(
        MIDNIGHT + (chance.randrange(5) * 1000 if tied else chance.randrange(DAY)),
        str(chance.randrange(60 if tied else 10**9)),
        price=big(chance, chance.choice([1, 5, 11])) + f"{chance.randrange(10**4):04d}" if fine else price,
        quantity=f"0.{chance.randrange(1, 10**12):012d}" if fine else quantity,
        exchange=exchange,
        symbol=symbol,
        side=chance.choice(["buy", "sell", None, "BUY"]),
        source_sequence=chance.choice([None, 1, 2, 3]),
        ingestion_timestamp=chance.choice([None, 1, 2]),
        platform_sequence=chance.choice([None, 1]),
    )


@settings(
    max_examples=max(2, settings().max_examples // 50),
    suppress_health_check=list(HealthCheck),
    phases=[phase for phase in Phase if phase is not Phase.shrink],
)
@given(many=st.lists(trades(max_size=30, minutes=12, nulls=False), min_size=10, max_size=20))
def test_whatever_hypothesis_makes(new_lakes: NewLakes, many: list[list[Trade]]) -> None:
    """Many examples in one table, each a series of its own: a job of Spark takes as long for one as for twenty."""
    made = [_in_series(row, number) for number, example in enumerate(many) for row in example]
    number = abs(hash(tuple(made)))
    (polars, _), (_, spark) = new_lakes(f"by_polars_{number}"), new_lakes(f"by_spark_{number}")
    for lake in (polars, spark):
        history = History(lake)
        history.append(made)
        history.run(NOW, M1, H1)
        history.prove(NOW, M1, H1)

    for timeframe in (M1, H1):
        assert rows(spark, timeframe) == rows(polars, timeframe), timeframe


def _in_series(row: Trade, number: int) -> Trade:
    return replace(row, symbol=f"{number}:{row.symbol}")


def test_the_engines_take_turns_on_one_table(new_lakes: NewLakes, nightly: bool) -> None:
    polars, spark = new_lakes("shared")
    chance = random.Random(11)  # noqa: S311
    history = History(polars)
    for turn in range(20 if nightly else 4):
        late = [trade(MIDNIGHT + chance.randrange(DAY), f"{turn}.{n}", big(chance, 3), "2") for n in range(60)]
        history.append([*late, *late[:5]])
        history.lake = (spark, polars)[turn % 2]
        history.run(NOW)
        history.lake = polars
        history.prove(NOW)
