"""What an import leaves for later ones stays small, and ids tell the kind of a trade."""

import re

import pytest

from engines.domain.imports import (
    ID_PATTERNS,
    KEY_FILES,
    MOST_FILES,
    MOST_SERIES,
    Arrival,
    ImportRecord,
    Kind,
    Shift,
    files_of,
    shift_key,
)
from engines.domain.interval import Interval

ARRIVAL = Arrival(Interval(0, 1), frozenset({Kind.TRADE}))


def record(*symbols: str, shift: Shift = Shift(), files: tuple[str, ...] = ()) -> ImportRecord:  # noqa: B008 - frozen
    return ImportRecord(files=files, shift=shift, arrivals={("x", symbol): ARRIVAL for symbol in symbols})


@pytest.mark.parametrize(
    ("identifier", "kind"),
    [
        ("binance:BTC/USDT:USDT:17", None),
        ("binance:BTCUSDT:agg:17", Kind.AGGREGATE),
        ("kraken:XBTUSD:row:1688671955127600:12200000000:10000000::1", Kind.ROW),
        ("kraken:XBTUSD:row:1688671955127600:12200000000:10000000:buy:2", Kind.ROW),
        ("kraken:XBTUSD:0123456789abcdef:17", Kind.LINE),
        ("kraken:XBTUSD:0123456789abcdef", None),
        ("agg:row", None),
    ],
)
def test_an_id_tells_the_kind(identifier: str, kind: Kind | None) -> None:
    found = [kind for kind, pattern in ID_PATTERNS.items() if re.search(pattern, identifier)]

    assert found == ([kind] if kind else [])


def test_a_summary_holds_so_many_files() -> None:
    summary = record(files=tuple(map(str, range(MOST_FILES + 5)))).summary

    assert files_of(summary) == [str(number) for number in range(MOST_FILES)]
    assert (record().summary, files_of({})) == ({}, [])
    assert set(summary) == {KEY_FILES}


def test_shifts_are_remembered_once() -> None:
    shifted = record("A", "B", shift=Shift(-4, -4))
    told = shifted.properties({})

    assert told == {"k2.shift:x:A": "-4,-4", "k2.shift:x:B": "-4,-4"}
    assert shifted.properties(told) == {}
    assert record("A").properties(told) == {"k2.shift:x:A": "0,0"}


def test_series_without_a_shift_are_remembered_while_there_is_room() -> None:
    known = {shift_key(("y", str(number))): "0,0" for number in range(MOST_SERIES)}

    assert record("A").properties(known) == {}
    assert record("A").properties(dict(list(known.items())[1:])) == {"k2.shift:x:A": "0,0"}
    assert record("A", shift=Shift(2, 0)).properties(known) == {"k2.shift:x:A": "2,0"}
