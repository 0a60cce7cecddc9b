"""A look at a source: how it is kept, and what its newest rows are as trades."""

from collections.abc import Callable

import pytest

from engines.domain.look import Spelling
from engines.domain.timeframe import SECOND
from engines.errors import TableMissing
from engines.lake import Lake
from engines.testing.foreign import append_rows, foreign_source
from engines.testing.history import History, trade
from engines.testing.strategies import MIDNIGHT

NewLake = Callable[..., Lake]


def test_the_newest_rows_first_and_why_one_is_left_out(history: History) -> None:
    rows = [trade(MIDNIGHT + n * SECOND, str(n), price="0" if n == 8 else "5") for n in range(10)]
    history.append(rows)
    look = history.lake.look()

    assert (look.rows, look.files) == (10, 1)
    assert [row["message_id"] for row in look.newest] == ["9", "8", "7", "6", "5"]
    assert [row["rejected"] for row in look.newest] == [None, "price_not_positive", None, None, None]
    assert [(one.reason, one.count) for one in look.rejected] == [("price_not_positive", 1)]


def test_of_many_rows_only_about_so_many(history: History) -> None:
    history.append([trade(MIDNIGHT + n * SECOND, str(n)) for n in range(1_000)])
    look = history.lake.look(most_rows=100)

    assert 50 <= look.rows <= 100
    assert look.newest[0]["message_id"] == "999"


def test_what_is_written_in_several_ways(history: History) -> None:
    words = [("BTC-USDT", "buy"), ("BTCUSDT", "BUY"), ("ETHUSDT", "sell "), ("ethusdt", "SELL"), ("SOL", "?")]
    history.append([trade(MIDNIGHT, str(n), symbol=symbol, side=side) for n, (symbol, side) in enumerate(words)])
    look = history.lake.look()

    assert look.spellings == (
        Spelling(column="symbol", words=("BTC-USDT", "BTCUSDT")),
        Spelling(column="symbol", words=("ETHUSDT", "ethusdt")),
        Spelling(column="side", words=("sell", "sell ")),
    )
    assert [(one.reason, one.count) for one in look.noted] == [("side_unknown", 2)]


def test_a_source_without_rows_or_without_a_table(new_lake: NewLake) -> None:
    lake = new_lake()
    with pytest.raises(TableMissing, match="gold_crypto_trades"):
        lake.source_facts()
    lake.create_tables(with_trades=True)

    assert lake.look().newest == ()
    facts = lake.source_facts()
    assert (facts.rows, facts.files, facts.manifests, facts.times, facts.format_version) == (0, 0, 0, None, 2)


def test_files_without_bounds_are_counted_and_the_unit_is_told_or_found(new_lake: NewLake) -> None:
    history = foreign_source(new_lake(), write_metadata_metrics_default="none")
    append_rows(history.table, [trade(MIDNIGHT, "1")])
    facts = history.lake.source_facts()

    assert (facts.files, facts.without_bounds, facts.unit_told) == (1, 1, False)
    assert facts.times is not None
    assert facts.times.start == MIDNIGHT
