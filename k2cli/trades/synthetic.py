"""Made-up trades that look like a market's: bursts, sweeps, equal times, many small and few large sizes.

All chance comes from SplitMix64, a documented integer hash (Steele, Lea, Flood 2014; java.util.SplittableRandom),
spelled out here in 64-bit arithmetic: the same seed gives the same bytes with any version of any library.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl
import pyarrow as pa

from engines.errors import UsageError
from k2cli.trades.schema import Digits, trades_table

CHUNK = 100_000
"""New trades a chunk; late ones and second deliveries come on top."""

_MASK = (1 << 64) - 1
_GAMMA = 0x9E3779B97F4A7C15
_SWEEP = 4  # trades in a row that one taker's order makes
_LONGEST_DELAY = 3  # chunks by which a trade comes late, or a second time
_MILLION = 1_000_000

# What a coin costs in dollars and its tick, both times 10^8.
_COINS = {
    "BTC": (60_000_00000000, 1000000),
    "XBT": (60_000_00000000, 1000000),
    "ETH": (3_000_00000000, 1000000),
    "SOL": (150_00000000, 1000000),
    "XRP": (52000000, 10000),
    "DOGE": (14000000, 1000),
    "SHIB": (1234, 1),
    "PEPE": (1001, 1),
}
_USUAL_SIZE = 5 * 10**16  # five dollars, in the unit of price times quantity


@dataclass(frozen=True, slots=True)
class Plan:
    """Plan of a generation: the arguments of `generate`."""

    trades: int
    start: int
    span: int
    duplicates: float
    late: float
    seed: int
    now: int

    @property
    def chunk(self) -> int:
        """New trades a chunk: small plans have several chunks too, so that a trade can come in a later one."""
        return min(CHUNK, -(-self.trades // 8))


def generate(
    *,
    trades: int,
    start: int,
    days: float,
    symbols: Sequence[str],
    exchanges: Sequence[str],
    duplicates: float,
    late: float,
    seed: int,
    now: int,
) -> Iterator[pa.Table]:
    """Make trades, in the order in which they arrive.

    Args:
        trades: How many trades, copies aside.
        start: The earliest time, microseconds since the epoch.
        days: How long the market runs; no trade is at or after its end.
        symbols: Each is traded on each exchange, the first ones most. ``BTC...``, ``ETH...``, ``SHIB...`` and some more
            have a price as one knows it, others one that follows from their letters.
        exchanges: The exchanges, the first ones busiest.
        duplicates: The share (0 to 1) that is delivered twice, the second time with a greater ingestion_timestamp.
        late: The share (0 to 1) that comes one to three chunks after its time.
        seed: The same seed, the same bytes.
        now: When the first one arrives, microseconds since the epoch; each following one a microsecond later.

    Returns:
        Tables with `TRADES_SCHEMA`. A series' trade ids count up in the order of its times.

    Raises:
        UsageError: If a number is out of its range, or there is no symbol or exchange.
    """
    if trades < 1 or days <= 0:
        raise UsageError("trades and days must be more than 0")
    if not (0 <= duplicates <= 1 and 0 <= late <= 1):
        raise UsageError("the shares of duplicates and of late trades must be between 0 and 1")
    if not symbols or not exchanges:
        raise UsageError("at least one symbol and one exchange are needed")
    plan = Plan(trades, start, max(1, round(days * 86_400_000_000)), duplicates, late, seed, now)
    return _arrivals(plan, _market(symbols, exchanges))


def splitmix64(state: int) -> int:
    """The output of SplitMix64 for a state."""
    state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & _MASK
    return state ^ (state >> 31)


def chances(index: pl.Series, seed: int, stream: int) -> pl.Series:
    """For each index a UInt64: the stream's own origin + (index + 1) * gamma, put through `splitmix64`."""
    origin = splitmix64((splitmix64(seed & _MASK) + stream * _GAMMA) & _MASK)
    state = (index.cast(pl.UInt64) + 1) * pl.Series([_GAMMA], dtype=pl.UInt64) + pl.Series([origin], dtype=pl.UInt64)
    state = (state ^ state // (1 << 30)) * pl.Series([0xBF58476D1CE4E5B9], dtype=pl.UInt64)
    state = (state ^ state // (1 << 27)) * pl.Series([0x94D049BB133111EB], dtype=pl.UInt64)
    return state ^ state // (1 << 31)


def _market(symbols: Sequence[str], exchanges: Sequence[str]) -> pl.DataFrame:
    """The series with their prices and steps as integers; `walk` and `count` are their present state."""
    series = []
    for place, exchange in enumerate(exchanges):
        for rank, symbol in enumerate(symbols):
            price, tick = _coin(symbol)
            ticks = price // tick
            series.append(
                {
                    "exchange": exchange,
                    "symbol": symbol,
                    "base": ticks + place * (ticks // 5000),
                    "tick": tick,
                    "band": ticks // 5,
                    "step": max(1, ticks // 40_000),
                    "lot": 10 ** (len(str(_USUAL_SIZE // price)) - 1),
                    "weight": 1_000_000 // ((place + 1) * (rank + 1)) + 1,
                    "walk": 0,
                    "count": 0,
                }
            )
    return pl.DataFrame(series).with_columns(upto=pl.col("weight").cum_sum())


def _coin(symbol: str) -> tuple[int, int]:
    """Price and tick of a coin, times 10^8."""
    for coin, price in _COINS.items():
        if symbol.upper().startswith(coin):
            return price
    chance = 0
    for letter in symbol.encode():
        chance = splitmix64(chance + letter + _GAMMA & _MASK)
    magnitude = chance % 9
    return (1000 + chance // 9 % 9000) * 10**magnitude, 10 ** max(0, magnitude - 1)


def _arrivals(plan: Plan, market: pl.DataFrame) -> Iterator[pa.Table]:
    waiting: list[list[pl.DataFrame]] = [[] for _ in range(_LONGEST_DELAY + 1)]
    arrived = 0
    first = 0
    while first < plan.trades or any(waiting):
        if first < plan.trades:
            made, market = _trades(plan, market, first)
            for delay, trades in enumerate(_delayed(plan, made)):
                waiting[delay].extend(trades)
            first += made.height
        parts = [part for part in waiting.pop(0) if part.height]
        waiting.append([])
        if parts:
            number = pl.int_range(arrived, arrived + pl.len())
            frame = pl.concat(parts).with_columns(ingestion_timestamp=plan.now + number, platform_sequence=number)
            arrived += frame.height
            yield trades_table(frame, Digits())


def _trades(plan: Plan, market: pl.DataFrame, first: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The next trades in the order of their times, and the market after them."""
    index = pl.int_range(first, min(first + plan.chunk, plan.trades), eager=True)
    sweep, own = chances(index // _SWEEP, plan.seed, 1), chances(index, plan.seed, 2)
    series = market["upto"].search_sorted(sweep % market["weight"].sum(), side="right")
    frame = market.select(pl.exclude("weight", "upto").gather(series)).with_columns(
        index=index,
        series=series,
        timestamp=_times(plan, index),
        side=pl.Series(sweep // (1 << 40) % 2 == 0).replace_strict(
            {True: "buy", False: "sell"}, return_dtype=pl.String
        ),
        # Two steps in five stand still, the others go up or down by up to the series' largest.
        move=pl.when(pl.lit(own % 5 < 3)).then(own.cast(pl.Int128) // 5 % (2 * pl.col("step") + 1) - pl.col("step")),
        # Half of the sizes are in the lowest class, a quarter in the next, twice as large: a power law.
        size=(own // (1 << 32) % 100 + 1).cast(pl.Int64) * _doublings(own),
    )
    return _priced(frame.with_columns(pl.col("move").cast(pl.Int64).fill_null(0))), _moved(market, frame)


def _doublings(chance: pl.Series) -> pl.Series:
    zeros = (
        (chance // (1 << 40) % 512 + 512).to_frame("bits").select(pl.col("bits").bitwise_trailing_zeros()).to_series()
    )
    return pl.Series([1 << power for power in range(10)]).gather(zeros)


def _times(plan: Plan, index: pl.Series) -> pl.Series:
    """Sorted times in this chunk's part of the span; gaps are 0 or powers of two, evenly likely: bursts and silence."""
    chance = chances(index, plan.seed, 3)
    powers = pl.Series([0, 0, *(1 << power for power in range(14))])
    gaps = powers.gather(chance % 16).cum_sum()
    first, last = index[0], index[-1] + 1
    begin, end = plan.span * first // plan.trades, plan.span * last // plan.trades
    # Int128: gaps times microseconds pass 2^63 when a chunk spans months.
    offsets = pl.lit(gaps).cast(pl.Int128) * (end - begin) // (gaps[-1] + 1)
    return pl.select(offsets.cast(pl.Int64) + (plan.start + begin)).to_series()


def _priced(frame: pl.DataFrame) -> pl.DataFrame:
    """Prices from the walk, which turns round at the edges of its band; ids from the count."""
    walk = pl.col("walk") + pl.col("move").cum_sum().over("series")
    turned = pl.col("band") - ((walk + pl.col("band")) % (4 * pl.col("band")) - 2 * pl.col("band")).abs()
    number = pl.col("count") + pl.int_range(1, pl.len() + 1).over("series")
    return frame.with_columns(
        price=(pl.col("base") + turned) * pl.col("tick"),
        quantity=pl.col("lot") * pl.col("size"),
        source_sequence=number,
        trade_id=number.cast(pl.String),
        message_id=pl.concat_str("exchange", "symbol", number.cast(pl.String), separator=":"),
    )


def _moved(market: pl.DataFrame, frame: pl.DataFrame) -> pl.DataFrame:
    sums = frame.group_by("series").agg(pl.col("move").cast(pl.Int64).sum(), pl.len().cast(pl.Int64))
    after = market.with_row_index("series").join(sums, on="series", how="left", maintain_order="left")
    return after.select(
        pl.col(market.columns).exclude("walk", "count"),
        walk=pl.col("walk") + pl.col("move").fill_null(0),
        count=pl.col("count") + pl.col("len").fill_null(0),
    )


def _delayed(plan: Plan, frame: pl.DataFrame) -> list[list[pl.DataFrame]]:
    """Trades by the number of chunks after which they are delivered: late trades and second deliveries too."""
    lateness, repeat = chances(frame["index"], plan.seed, 4), chances(frame["index"], plan.seed, 5)
    late = lateness % _MILLION < round(plan.late * _MILLION)
    again = repeat % _MILLION < round(plan.duplicates * _MILLION)
    delay = lateness // (1 << 40) % _LONGEST_DELAY + 1
    second = repeat // (1 << 40) % (_LONGEST_DELAY + 1)
    return [
        [frame.filter(~late if chunks == 0 else late & (delay == chunks)), frame.filter(again & (second == chunks))]
        for chunks in range(_LONGEST_DELAY + 1)
    ]
