"""Law: `validate` finds every fault that was planted in a table past our code, names it, and invents none.

What it has to find is told by `Model`: the invariants once more, in plain Python on the rows that PyIceberg reads.
"""

import random
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from pyiceberg.io.pyarrow import schema_to_pyarrow
from pyiceberg.table import Table

from engines.base import ValidationRequest
from engines.domain.candle import CANDLE_MEASURES
from engines.domain.findings import MOST_EXAMPLES, Validation
from engines.domain.timeframe import (
    DAY,
    DEFAULT_TIMEFRAMES,
    HOUR,
    M1,
    MINUTE,
    SECOND,
    Timeframe,
    to_datetime,
    to_instant,
)
from engines.iceberg.state import target_state
from engines.lake import Lake
from engines.testing import oracle
from engines.testing.history import History, trade
from engines.testing.oracle import Candle, Trade
from engines.testing.strategies import MIDNIGHT, histories, trades
from tests.empty_tables import with_tables

ALL = DEFAULT_TIMEFRAMES
NOW = MIDNIGHT + 2 * DAY
UNIT = {"volume": 8, "trade_count": 0, "quote_volume": 16, "buy_volume": 8, "buy_quote_volume": 16}

Row = dict[str, Any]
Key = tuple[str, str, int]
Found = dict[tuple[Timeframe, str], Counter[Key]]


def key(row: Row) -> Key:
    return row["exchange"], row["symbol"], to_instant(row["window_start"])


class Model:
    """What must be found in tables that hold these rows."""

    def __init__(self, rows: dict[Timeframe, list[Row]], known: list[Trade], until: dict[Timeframe, int]) -> None:
        self.rows = rows
        self.known = known
        self.until = until

    def found(self) -> Found:
        """The keys of the broken rows, by table and invariant; only where there are some."""
        every: Found = {}
        for timeframe, rows in self.rows.items():
            for name, breaks in ROW_LAWS.items():
                every[timeframe, name] = Counter(key(row) for row in rows if breaks(row, timeframe))
            twice = Counter(map(key, rows))
            every[timeframe, "unique"] = Counter(key(row) for row in rows if twice[key(row)] > 1)
            if timeframe != M1:
                every[timeframe, "rollup"] = self._rollup(timeframe)
            every[timeframe, "against_trades"] = self._against_trades(timeframe)
        return {place: keys for place, keys in every.items() if keys}

    def _rollup(self, timeframe: Timeframe) -> Counter[Key]:
        until = timeframe.floor(min(self.until[timeframe], self.until[M1]))
        windows: dict[Key, list[Row]] = {}
        for row in self.rows[M1]:
            exchange, symbol, start = key(row)
            if row["quote_volume"] is not None:
                windows.setdefault((exchange, symbol, timeframe.floor(start)), []).append(row)
        wrong: Counter[Key] = Counter()
        for row in self.rows[timeframe]:
            finer = windows.get(key(row))
            if key(row)[2] < until and finer is not None:
                wrong[key(row)] += measures(row) != merged(finer, timeframe)
            elif key(row)[2] < until:
                wrong[key(row)] += row["quote_volume"] is not None
        absent = windows.keys() - {key(row) for row in self.rows[timeframe]}
        return +wrong + Counter(k for k in absent if k[2] < until and merged(windows[k], timeframe) is not None)

    def _against_trades(self, timeframe: Timeframe) -> Counter[Key]:
        truth = {
            (c.exchange, c.symbol, c.window_start): told(c) for c in oracle.candles(self.known, timeframe.duration)
        }
        truth = {place: values for place, values in truth.items() if place[2] < self.until[timeframe]}
        stored = [row for row in self.rows[timeframe] if key(row)[2] < self.until[timeframe]]
        wrong = Counter(key(row) for row in stored if truth.get(key(row)) != measures(row))
        return wrong + Counter(truth.keys() - {key(row) for row in stored})


def measures(row: Row) -> list[Any]:
    return [row[name] for name in CANDLE_MEASURES]


def told(candle: Candle) -> list[Any]:
    return [getattr(candle, name.removesuffix("_price")) for name in CANDLE_MEASURES]


def merged(finer: list[Row], timeframe: Timeframe) -> list[Any] | None:
    names = [field.name for field in fields(Candle) if field.name not in ("window_start", "window_end")]
    candles = [
        Candle(
            window_start=to_instant(row["window_start"]),
            window_end=to_instant(row["window_end"]),
            **{name: row[f"{name}_price" if f"{name}_price" in row else name] for name in names},
        )
        for row in finer
    ]
    try:
        (candle,) = oracle.merge(candles, timeframe.duration)
    except (OverflowError, ZeroDivisionError):
        return None
    return told(candle)


def misaligned(row: Row, timeframe: Timeframe) -> bool:
    start = to_instant(row["window_start"])
    return (
        start % timeframe.duration != 0
        or to_instant(row["window_end"]) != start + timeframe.duration
        or row["window_date"] != to_datetime(start).date()
    )


PRICES = ("open", "high", "low", "close")
ROW_LAWS: dict[str, Callable[[Row, Timeframe], bool]] = {
    "price_order": lambda r, _: (
        not (
            r["low_price"] <= r["open_price"] <= r["high_price"]
            and r["low_price"] <= r["close_price"] <= r["high_price"]
        )
    ),
    "vwap_in_range": lambda r, _: not r["low_price"] <= r["vwap"] <= r["high_price"],
    "positive": lambda r, _: (
        r["trade_count"] < 1 or any(r[n] <= 0 for n in ("volume", "vwap", *(f"{p}_price" for p in PRICES)))
    ),
    "window_alignment": misaligned,
}


@dataclass
class Garden:
    """Sound tables, and the ways to plant a fault past our code.

    Attributes:
        history: The source and the engine.
        chance: Decides which fault is planted where, and by what means.
        folder: For Parquet files of our own making.
    """

    history: History
    chance: random.Random
    folder: Path

    def table(self, timeframe: Timeframe) -> Table:
        return self.history.lake.tables.target(timeframe)

    def rows(self, timeframe: Timeframe) -> list[Row]:
        found: list[Row] = self.table(timeframe).scan().to_arrow().to_pylist()
        return found

    def plant(self, timeframe: Timeframe) -> str:
        """Plant one fault, and say which."""
        kind = self.chance.choice(sorted(KINDS))
        row = self.chance.choice([r for r in self.rows(timeframe) if KINDS[kind](self, dict(r), timeframe) is not None])
        self.put(timeframe, row, KINDS[kind](self, dict(row), timeframe) or [])
        return f"{kind} in {timeframe} at {key(row)}"

    def put(self, timeframe: Timeframe, old: Row, new: list[Row]) -> None:
        """Put rows in the place of one, as another writer does: by an overwrite, or by a delete and something else."""
        table = self.table(timeframe)
        where = (
            f"exchange = '{old['exchange']}' and symbol = '{old['symbol']}'"
            f" and window_start = '{old['window_start'].isoformat()}'"
        )
        rows = pa.Table.from_pylist(new, schema=schema_to_pyarrow(table.schema(), include_field_ids=False))
        means = self.chance.choice(
            ["overwrite", "append", "file"] if len({r["window_date"] for r in new}) < 2 else ["overwrite"]
        )
        if not new:
            table.delete(where)
        elif means == "overwrite":
            table.overwrite(rows, overwrite_filter=where)
        else:
            table.delete(where)
            if means == "append":
                self.table(timeframe).append(rows)
            else:
                path = self.folder / f"{uuid.uuid4()}.parquet"
                pq.write_table(rows, path)
                self.table(timeframe).add_files([path.as_uri()])

    def heads(self) -> dict[Timeframe, int]:
        return {t: self.table(t).metadata.current_snapshot_id or 0 for t in ALL}

    def restore(self, heads: dict[Timeframe, int]) -> None:
        for timeframe, head in heads.items():
            if self.table(timeframe).metadata.current_snapshot_id != head:
                self.table(timeframe).manage_snapshots().set_current_snapshot(snapshot_id=head).commit()

    def validate(self) -> Validation:
        return self.history.lake.validate(ValidationRequest(timeframes=ALL, now=NOW, against_trades=True))

    def expected(self) -> Found:
        until = {}
        for timeframe in ALL:
            mark = target_state(self.table(timeframe)).watermark
            assert mark is not None
            until[timeframe] = mark.closed_until
        return Model({t: self.rows(t) for t in ALL}, self.history.trades, until).found()


def one(garden: Garden, row: Row, name: str, by: int | None = None) -> list[Row]:
    """One column moved by units of its last place, up or down."""
    unit = Decimal(1).scaleb(-UNIT.get(name, 8))
    moved = row[name] + (garden.chance.choice([-1, 1]) if by is None else by) * unit
    return [row | {name: int(moved) if name == "trade_count" else moved}]


def price_order(garden: Garden, row: Row, _: Timeframe) -> list[Row]:
    name = garden.chance.choice(["open_price", "close_price"])
    unit = Decimal("0.00000001")
    return [row | {name: garden.chance.choice([row["high_price"] + unit, row["low_price"] - unit])}]


def vwap(garden: Garden, row: Row, _: Timeframe) -> list[Row]:
    unit = Decimal("0.00000001")
    return [row | {"vwap": garden.chance.choice([row["high_price"] + unit, row["low_price"] - unit])}]


def positive(garden: Garden, row: Row, _: Timeframe) -> list[Row]:
    zero: list[Row] = [
        {"volume": Decimal(0)},
        {"volume": Decimal(-1)},
        {"trade_count": 0},
        {"low_price": Decimal(0)},
        {"open_price": Decimal(-1)},
        {f"{name}_price": Decimal(0) for name in PRICES} | {"vwap": Decimal(0)},
    ]
    return [row | garden.chance.choice(zero)]


def alignment(garden: Garden, row: Row, timeframe: Timeframe) -> list[Row]:
    off = timedelta(microseconds=garden.chance.choice([1, -1, SECOND, timeframe.duration // 2]))
    moved = {"window_start": row["window_start"] + off, "window_end": row["window_end"] + off}
    moved["window_date"] = moved["window_start"].date()
    changes = [
        moved,
        {"window_end": row["window_end"] + off},
        {"window_date": row["window_date"] + timedelta(days=garden.chance.choice([1, -1]))},
    ]
    return [row | garden.chance.choice(changes)]


def unique(garden: Garden, row: Row, _: Timeframe) -> list[Row]:
    return [row, *(one(garden, row, "volume") if garden.chance.random() < 0.5 else [row])]


def missing(_: Garden, __: Row, ___: Timeframe) -> list[Row]:
    return []


def extra(garden: Garden, row: Row, timeframe: Timeframe) -> list[Row]:
    start = row["window_start"] + timedelta(microseconds=timeframe.duration * garden.chance.choice([1, 2, -1, -7]))
    # What stands in a window that is not closed may have been published while open: nobody answers for it.
    if garden.chance.random() < 0.5 or to_instant(start) >= timeframe.floor(NOW):
        return [row, row | {"symbol": "NOBODY"}]
    end = start + timedelta(microseconds=timeframe.duration)
    return [row, row | {"window_start": start, "window_end": end, "window_date": start.date()}]


def measure(garden: Garden, row: Row, _: Timeframe) -> list[Row]:
    return one(garden, row, garden.chance.choice([n for n in CANDLE_MEASURES if row[n] is not None]))


def nothing_bought(garden: Garden, row: Row, _: Timeframe) -> list[Row] | None:
    names = [n for n in ("quote_volume", "buy_volume", "buy_quote_volume") if row[n] is not None]
    return [row | {garden.chance.choice(names): None}] if names else None


def something_bought(garden: Garden, row: Row, _: Timeframe) -> list[Row] | None:
    names = [n for n in ("buy_volume", "buy_quote_volume") if row[n] is None]
    return [row | {garden.chance.choice(names): Decimal(0)}] if names else None


KINDS: dict[str, Callable[[Garden, Row, Timeframe], list[Row] | None]] = {
    law.__name__: law
    for law in (
        *(price_order, vwap, positive, alignment, unique, missing, extra, measure),
        *(nothing_bought, something_bought),
    )
}


@pytest.fixture(scope="module")
def garden(new_lake: Callable[..., Lake], tmp_path_factory: pytest.TempPathFactory) -> Garden:
    """Two days of trades in three series; one of them never tells a side, one only now and then."""
    lake = with_tables(new_lake())
    history = History(lake)
    chance = random.Random(7)  # noqa: S311 - a test that can be repeated
    history.append(
        [
            trade(
                MIDNIGHT - HOUR + chance.randrange(30 * HOUR),
                str(number),
                price=str(chance.randrange(9000, 11000)),
                quantity=f"0.{chance.randrange(1, 10**8):08}",
                symbol=symbol,
                side=side if number % 2 else None,
            )
            for symbol, side in (("BTCUSDT", "buy"), ("ETHUSDT", None), ("SOLUSDT", "sell"))
            for number in range(40)
        ]
        # Some minutes with several trades.
        + [trade(MIDNIGHT + n * SECOND * 7, f"m{n}", price=str(100 + n), side="buy") for n in range(30)]
    )
    history.run(NOW)
    return Garden(history, chance, tmp_path_factory.mktemp("files"))


def places(validation: Validation) -> Found:
    """What was found: the keys of the examples, which are all there are up to twenty."""
    found: Found = {}
    for table in validation.tables:
        for finding in table.findings:
            keys = Counter((b.exchange, b.symbol, b.window_start or 0) for b in finding.examples)
            assert finding.broken == keys.total() or keys.total() == MOST_EXAMPLES < finding.broken, finding
            if keys:
                found[table.timeframe, finding.invariant] = keys
    return found


def test_sound_tables_have_none(garden: Garden) -> None:
    validation = garden.validate()

    assert validation.broken == 0
    assert garden.expected() == {}
    looked_at = {finding.invariant for table in validation.tables for finding in table.findings}
    assert looked_at == {*ROW_LAWS, "unique", "rollup", "against_trades"}
    assert all(finding.checked for table in validation.tables for finding in table.findings)


def test_every_fault_is_found_and_none_is_invented(garden: Garden, nightly: bool) -> None:
    heads = garden.heads()
    for number in range(400 if nightly else 8):
        garden.chance = random.Random(number)  # noqa: S311
        fault = garden.plant(garden.chance.choice(ALL))
        expected = garden.expected()
        found = places(garden.validate())
        garden.restore(heads)

        assert expected, (number, fault)
        assert found == expected, (number, fault)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_each_kind_is_found_in_each_table(garden: Garden, kind: str) -> None:
    """All five tables at once, so that no fault hides another."""
    heads = garden.heads()
    garden.chance = random.Random(kind)  # noqa: S311
    for timeframe in ALL:
        rows = [r for r in garden.rows(timeframe) if KINDS[kind](garden, dict(r), timeframe) is not None]
        if rows:
            row = garden.chance.choice(rows)
            garden.put(timeframe, row, KINDS[kind](garden, dict(row), timeframe) or [])
    expected = garden.expected()
    found = places(garden.validate())
    garden.restore(heads)

    assert {timeframe for timeframe, _ in expected} == set(ALL)
    assert found == expected


@settings(max_examples=max(5, settings().max_examples // 10))
@given(history=histories(trades(max_size=30, minutes=200, nulls=False)))
def test_tables_that_we_have_made_are_sound(new_lake: Callable[..., Lake], history: list[list[Trade]]) -> None:
    lake = with_tables(new_lake())
    source = History(lake)
    for batch in history:
        source.append(batch)
        source.run(MIDNIGHT + MINUTE * 30)
    validation = lake.validate(ValidationRequest(timeframes=ALL, now=NOW, against_trades=True, deep=True))

    assert validation.broken == 0, validation
