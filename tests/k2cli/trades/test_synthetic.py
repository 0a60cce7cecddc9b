"""Made-up trades: the same for the same seed, and like a market's."""

import hashlib
import io
from decimal import Decimal
from statistics import mean, median
from typing import Any

import polars as pl
import pyarrow as pa
import pytest

from engines.errors import UsageError
from k2cli.trades import TRADES_SCHEMA
from k2cli.trades.synthetic import CHUNK, chances, generate, splitmix64

START = 1_704_067_200_000_000
DAY = 86_400_000_000
USUAL: dict[str, Any] = {
    "trades": 20_000,
    "start": START,
    "days": 2.0,
    "symbols": ["BTCUSDT", "ETHUSDT", "SHIBUSDT", "ABCUSDT"],
    "exchanges": ["BINANCE", "KRAKEN"],
    "duplicates": 0.05,
    "late": 0.1,
    "seed": 42,
    "now": START + 3 * DAY,
}


def chunks(**options: Any) -> list[pa.Table]:  # noqa: ANN401 - passed through
    return list(generate(**(USUAL | options)))


def frame(tables: list[pa.Table]) -> pl.DataFrame:
    table = pa.concat_tables(tables).drop(["vendor_data"])  # Polars knows no maps
    return pl.DataFrame(pl.from_arrow(table))


@pytest.fixture(scope="module")
def made() -> pl.DataFrame:
    return frame(chunks())


def digest(tables: list[pa.Table]) -> str:
    buffer = io.BytesIO()
    for row in pa.concat_tables(tables).to_pylist():
        buffer.write(repr(list(row.values())).encode())
    return hashlib.sha256(buffer.getvalue()).hexdigest()


def test_splitmix64_is_the_published_one() -> None:
    """The first outputs for the seed 1234567, as in the reference implementation."""
    outputs = [splitmix64((1234567 + step * 0x9E3779B97F4A7C15) % 2**64) for step in (1, 2, 3)]

    assert outputs == [6457827717110365317, 3203168211198807973, 9817491932198370423]


def test_vectors_agree_with_scalars() -> None:
    index = [0, 1, 2, 10**9]
    origin = splitmix64((splitmix64(7) + 3 * 0x9E3779B97F4A7C15) % 2**64)

    found = chances(pl.Series(index), 7, 3).to_list()

    assert found == [splitmix64((origin + (one + 1) * 0x9E3779B97F4A7C15) % 2**64) for one in index]


def test_the_same_seed_gives_the_same_bytes() -> None:
    """Pinned: a new version of a library must not change what a seed means."""
    assert digest(chunks(trades=500)) == digest(chunks(trades=500))
    assert digest(chunks(trades=500)) == "63739c4a588c068c490f8fd0318388e7109156b13ead42567a178d0efaf87023"
    assert digest(chunks(trades=500, seed=43)) != digest(chunks(trades=500))


def test_schema_and_order_of_arrival(made: pl.DataFrame) -> None:
    tables = chunks()

    assert all(table.schema.equals(TRADES_SCHEMA) for table in tables)
    assert made["platform_sequence"].to_list() == list(range(len(made)))
    assert made["ingestion_timestamp"].to_list() == [USUAL["now"] + number for number in range(len(made))]


@pytest.mark.parametrize("trades", [1, 2, 7, 8, 9, 1000])
def test_the_number_of_trades_is_exact(trades: int) -> None:
    assert frame(chunks(trades=trades))["message_id"].n_unique() == trades


def test_times_stay_within_the_days(made: pl.DataFrame) -> None:
    times = made["timestamp"].to_list()

    assert START <= min(times) <= max(times) < START + 2 * DAY


def test_shares(made: pl.DataFrame) -> None:
    assert len(made) == pytest.approx(20_000 * 1.05, rel=0.02)
    first = made.unique("message_id", keep="first", maintain_order=True)
    behind = first.filter(pl.col("timestamp") < pl.col("timestamp").cum_max())
    assert len(behind) == pytest.approx(20_000 * 0.1, rel=0.1)


def test_without_shares_each_trade_comes_once_and_in_time() -> None:
    table = frame(chunks(duplicates=0, late=0))

    assert len(table) == 20_000
    assert table["timestamp"].is_sorted()


def test_all_twice_and_all_late() -> None:
    table = frame(chunks(trades=1000, duplicates=1, late=1))

    assert len(table) == 2000
    assert table["message_id"].n_unique() == 1000


def test_copies_differ_only_in_their_arrival(made: pl.DataFrame) -> None:
    again = made.filter(pl.col("message_id").is_duplicated()).drop("ingestion_timestamp", "platform_sequence")

    assert len(again) > 0
    assert again.unique().height == again["message_id"].n_unique()


def test_ids_count_up_with_time(made: pl.DataFrame) -> None:
    once = made.unique("message_id").sort("exchange", "symbol", "source_sequence")

    for _, series in once.group_by("exchange", "symbol"):
        assert series["source_sequence"].to_list() == list(range(1, len(series) + 1))
        assert series["timestamp"].is_sorted()
    assert (once["trade_id"] == once["source_sequence"].cast(pl.String)).all()


def test_prices_are_what_one_knows(made: pl.DataFrame) -> None:
    prices = made.group_by("symbol").agg(pl.col("price").min(), pl.col("price").max().alias("most"))
    ranges = {symbol: (least, most) for symbol, least, most in prices.iter_rows()}

    assert Decimal(45_000) < ranges["BTCUSDT"][0] < Decimal(60_000) < ranges["BTCUSDT"][1] < Decimal(75_000)
    assert Decimal("0.000009") < ranges["SHIBUSDT"][0] <= ranges["SHIBUSDT"][1] < Decimal("0.000016")


def test_like_a_market(made: pl.DataFrame) -> None:
    """Equal times, bursts, both sides, and sizes of which few are large."""
    gaps: list[int] = made.sort("timestamp")["timestamp"].diff().drop_nulls().to_list()
    sizes: list[Decimal] = made.filter(pl.col("symbol") == "BTCUSDT")["quantity"].to_list()
    sides: list[str] = made["side"].to_list()

    assert 0.05 < gaps.count(0) / len(gaps) < 0.3
    assert mean(gaps) > 5 * median(gaps)
    assert 0.4 < sides.count("buy") / len(sides) < 0.6
    assert max(sizes) > 50 * median(sizes)


def test_chunks_are_bounded() -> None:
    sizes = [table.num_rows for table in chunks(trades=3 * CHUNK, duplicates=0.2)]

    assert max(sizes) < 1.4 * CHUNK
    assert len(sizes) > 3


def test_long_spans_do_not_overflow() -> None:
    table = frame(chunks(trades=1000, days=3650.0))

    times = table["timestamp"].to_list()
    assert START <= min(times) <= max(times) < START + 3650 * DAY


@pytest.mark.parametrize(
    "options",
    [{"trades": 0}, {"days": 0}, {"duplicates": 1.1}, {"late": -0.1}, {"symbols": []}, {"exchanges": []}],
)
def test_nonsense_is_refused_at_once(options: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        generate(**(USUAL | options))
