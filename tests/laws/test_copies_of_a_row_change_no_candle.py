"""Law: of rows that are equal in all columns any one says it all, whatever trades are told apart by."""

from collections import Counter
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engines.testing import oracle
from engines.testing.arrow import trades_table
from engines.testing.strategies import trades
from engines.upkeep.copies import without_copies


@pytest.mark.parametrize("identity", ["id", "id-time"])
@given(rows=trades(), copied=st.lists(st.integers(0, 2**16), max_size=20))
def test_rows_without_their_copies_make_the_same_candles(
    identity: oracle.Identity, rows: list[oracle.Trade], copied: list[int]
) -> None:
    delivered = rows + [rows[n % len(rows)] for n in copied if rows]
    names = [field.name for field in fields(oracle.Trade)]
    kept = without_copies(trades_table(delivered)).select(names).to_pylist()
    left = [oracle.Trade(**row) for row in kept]

    assert Counter(left) == Counter(set(delivered))
    assert oracle.candles(left, 60_000_000, identity) == oracle.candles(delivered, 60_000_000, identity)
