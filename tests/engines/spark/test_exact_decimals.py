"""Spark's decimals near 38 digits: what we do with them is exact, against Python's Decimal."""

from decimal import Decimal, localcontext

import pytest

pytest.importorskip("pyspark", reason="the extra spark is not installed")

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

from engines.domain.decimals import SCALE, Scale
from engines.domain.timeframe import M1, M5, MINUTE
from engines.spark.engine import SparkEngine
from engines.spark.fold import COLUMNS
from engines.spark.rollup import rollup, unscaled, vwap
from engines.spark.types import sql_type
from engines.testing.history import History, trade
from engines.testing.strategies import MIDNIGHT
from tests.engines.spark.conftest import NewLakes

pytestmark = pytest.mark.spark

PRICE, VOLUME, QUOTE = map(sql_type, (SCALE.price, SCALE.volume, SCALE.quote))
MOST = 10**38 - 1
EDGES = (0, 1, 10**16 - 1, 10**33 + 1, 10**34 - 1, 10**34 + 1, 10**35 + 1, 10**36 + 7, 10**37 + 3, MOST - 1, MOST)
"""Unscaled: 34 digits are what Scala's default context keeps, 38 what a decimal holds."""
PAIRS = [(a, b) for a in EDGES for b in EDGES if a >= b]
LARGEST = "9999999999.99999999"


@pytest.fixture
def spark(new_lakes: NewLakes) -> SparkSession:
    """A session as the engine opens it."""
    _, lake = new_lakes("edges")
    engine = lake.engine
    assert isinstance(engine, SparkEngine)
    return engine.spark


def scaled(value: int, places: int) -> Decimal:
    """A decimal of so many places; no context rounds it."""
    sign, digits, _ = Decimal(value).as_tuple()
    return Decimal((sign, digits, -places))


def frame(spark: SparkSession, places: int) -> DataFrame:
    """The pairs as decimals ``a`` >= ``b``, with their place among `PAIRS`."""
    rows = ", ".join(f"({i}, '{scaled(a, places):f}', '{scaled(b, places):f}')" for i, (a, b) in enumerate(PAIRS))
    texts = spark.sql(f"SELECT * FROM VALUES {rows} AS t(i, a, b)")  # noqa: S608 - our own numbers
    return texts.select("i", *(F.col(name).cast(f"decimal(38, {places})").alias(name) for name in ("a", "b")))


def computed(pairs: DataFrame, column: Column) -> list[Decimal]:
    """A column of the pairs, in their order."""
    return [row[0] for row in pairs.select(column, "i").sort("i").collect()]


@pytest.mark.parametrize("places", [0, 8, 16])
def test_a_difference_and_a_change_of_sign_keep_every_digit(spark: SparkSession, places: int) -> None:
    pairs = frame(spark, places)

    assert computed(pairs, F.col("a") - F.col("b")) == [scaled(a - b, places) for a, b in PAIRS]
    assert computed(pairs, F.lit(0) - F.col("b")) == [scaled(-b, places) for _, b in PAIRS]


def test_a_sum_with_a_changed_sign_keeps_every_digit(spark: SparkSession) -> None:
    """As copies are taken out of the sums of a window."""
    pairs = frame(spark, 16)
    parts = pairs.select("i", "a").unionByName(pairs.select("i", (F.lit(0) - F.col("b")).alias("a")))
    left = parts.groupBy("i").agg(F.try_sum("a").alias("a"))

    assert computed(left, F.col("a")) == [scaled(a - b, 16) for a, b in PAIRS]


@pytest.mark.parametrize("places", [8, 12, 16, 18, 20, 22, 24])
def test_a_decimal_becomes_the_whole_number_behind_it(spark: SparkSession, places: int) -> None:
    pairs = frame(spark, places)

    assert computed(pairs, unscaled(F.col("a"), places)) == [a for a, _ in PAIRS]
    assert computed(pairs, unscaled(F.lit(0) - F.col("a"), places)) == [-a for a, _ in PAIRS]


@pytest.mark.parametrize("scale", [Scale(places) for places in range(8, 13)], ids=lambda scale: scale.places)
def test_a_vwap_is_rounded_half_up_from_all_digits(spark: SparkSession, scale: Scale) -> None:
    """Of sums that a candle can have: the mean is a price."""
    volumes = (1, 2, 3, 10**8, 10**19 - 1, 10**19, 10**20 + 7, 10**37 + 3, MOST)
    prices = (1, 2, 10**8 + 1, 10**18 - 2, 10**19 + 1, 12345678901234567890123456789012, MOST - 1)
    means = [price for price in prices if price < scale.price.largest]
    sums = [(v * p + rest, v) for v in volumes for p in means for rest in (0, v // 2, (v + 1) // 2, v - 1)]
    sums = [(n, v) for n, v in sums if n <= MOST]
    places = scale.places
    rows = ", ".join(f"({i}, '{scaled(n, 2 * places):f}', '{scaled(v, places):f}')" for i, (n, v) in enumerate(sums))
    types = f"CAST(n AS {scale.quote}) n, CAST(v AS {scale.volume}) v"
    found = spark.sql(f"SELECT i, {types} FROM VALUES {rows} AS t(i, n, v)")  # noqa: S608

    assert computed(found, vwap(F.col("n"), F.col("v"), scale)) == [
        scaled((2 * n + v) // (2 * v), places) for n, v in sums
    ]


@pytest.mark.parametrize("scale", [Scale(8), Scale(12)], ids=lambda scale: scale.places)
def test_sums_of_candles_that_others_made_are_no_error_whatever_they_are(spark: SparkSession, scale: Scale) -> None:
    sums = [(n, v) for n in (0, -1, 1) for v in (0, -(10**37), -(10**19), -1, 1)]
    rows = ", ".join(f"({n}, '{scaled(v, scale.places):f}')" for n, v in sums)
    types = f"CAST(n AS {scale.quote}) n, CAST(v AS {scale.volume}) v"
    found = spark.sql(f"SELECT {types} FROM VALUES {rows} AS t(n, v)")  # noqa: S608

    means = [row[0] for row in found.filter("v <= 0 OR n >= 0").select(vwap(F.col("n"), F.col("v"), scale)).collect()]
    assert means.count(None) == 3


def test_a_merge_adds_up_every_digit_or_says_that_it_does_not_fit(spark: SparkSession) -> None:
    halves = [(n // 2, n - n // 2) for n in EDGES if n > 1] + [(MOST, 1)]
    rows = ", ".join(
        f"('x', 's{i:02d}', {MIDNIGHT + minute * MINUTE}, '{scaled(half, 16):f}')"
        for i, pair in enumerate(halves)
        for minute, half in enumerate(pair)
    )
    one = {"trade_count": "bigint", **dict.fromkeys(("volume", "buy_volume"), VOLUME)}
    prices = dict.fromkeys(("open_price", "high_price", "low_price", "close_price"), PRICE)
    sums = spark.sql(f"SELECT * FROM VALUES {rows} AS t(exchange, symbol, window_start, n)")  # noqa: S608
    sums = sums.select(
        "exchange",
        "symbol",
        F.col("window_start").cast("bigint").alias("window_start"),
        *(F.lit(1).cast(kind).alias(name) for name, kind in (one | prices).items()),
        *(F.col("n").cast(QUOTE).alias(name) for name in ("quote_volume", "buy_quote_volume")),
    ).select(*COLUMNS)
    merged = rollup(sums, M5).sort("symbol").collect()

    assert [row.quote_volume for row in merged] == [*(scaled(a + b, 16) for a, b in halves[:-1]), None]


def test_copies_are_taken_out_of_large_sums_to_the_last_digit(new_lakes: NewLakes) -> None:
    """quote_volume ended in 1760 where Spark's unary minus had rounded the copies' sum to 34 digits."""
    _, spark = new_lakes("copies")
    history = History(spark)
    delivery = [
        trade(MIDNIGHT, "1", price=LARGEST, quantity=LARGEST, side="sell"),
        trade(MIDNIGHT + 1, "2", price="23.64407707", quantity="0.00000697", side="buy"),
    ]
    history.append(delivery)
    history.append(delivery)
    history.run(MIDNIGHT + 2 * MINUTE)
    (candle,) = history.candles(M1)

    with localcontext(prec=80):
        due = Decimal(LARGEST) * Decimal(LARGEST) + Decimal("23.64407707") * Decimal("0.00000697")
    assert str(candle.quote_volume) == "99999999999999999800.0001647992171780"
    assert candle.quote_volume == due
    history.prove(MIDNIGHT + 2 * MINUTE)


@pytest.mark.parametrize("name", ["spark.sql.ansi.enabled", "spark.sql.decimalOperations.allowPrecisionLoss"])
def test_no_setting_makes_the_numbers_inexact(new_lakes: NewLakes, name: str, spark_options: dict[str, object]) -> None:
    conf = spark_options["conf"]
    assert isinstance(conf, dict)
    spark_options["conf"] = conf | {name: "true" if name.endswith("Loss") else "false"}
    try:
        _, lake = new_lakes("asked")
    finally:
        spark_options["conf"] = conf

    engine = lake.engine
    assert isinstance(engine, SparkEngine)
    assert engine.spark.conf.get(name) == ("false" if name.endswith("Loss") else "true")
