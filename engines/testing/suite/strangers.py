"""Theme: what others do to candle tables is made good by the next run, which says so."""

from collections.abc import Callable
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from pyiceberg.expressions import AlwaysTrue
from pyiceberg.table import Table

from engines.domain.requests import OthersChanges
from engines.domain.results import Status
from engines.domain.timeframe import DAY, H1, HOUR, M1, MINUTE, to_datetime
from engines.testing.history import History, trade
from engines.testing.strategies import MIDNIGHT
from engines.testing.suite.kit import KEEP, NOW, Kit, heads, prove, rows, target

HOURS = [MIDNIGHT + n * HOUR for n in range(4)]
Deed = Callable[[Table], None]


def fill(history: History) -> None:
    """Append four hours of trades and make the candles."""
    history.append([trade(h + m, f"{h}.{m}") for h in HOURS for m in (0, 1, 10 * MINUTE)])
    history.prepare(NOW, M1, H1)


def found(table: Table) -> pa.Table:
    """All rows of a table."""
    return table.scan().to_arrow()


def append_copies(table: Table) -> None:
    """Append the rows of the table once more."""
    table.append(found(table))


def delete_some(table: Table) -> None:
    """Delete the candles of an hour."""
    table.delete(f"window_start >= '{to_datetime(HOURS[2]).isoformat()}'")


def delete_all(table: Table) -> None:
    """Empty the table."""
    table.delete(AlwaysTrue())


def edit(table: Table) -> None:
    """Write the table anew with another volume and another price in its first rows."""
    held = found(table)
    first = pc.equal(pc.field("window_start"), pc.min(held["window_start"]))
    changed = held.filter(first)
    for name, value in (("volume", Decimal("12345.5")), ("close_price", Decimal("0.5"))):
        place = changed.schema.get_field_index(name)
        field = changed.schema.field(place)
        changed = changed.set_column(place, field, pa.array([value] * changed.num_rows, type=field.type))
    table.overwrite(pa.concat_tables([changed, held.filter(~first)]))


def invent(table: Table) -> None:
    """Append candles of a symbol, and of a day, that no trades are in."""
    held = found(table).slice(0, 1)
    place = held.schema.get_field_index("symbol")
    other = held.set_column(place, held.schema.field(place), pa.array(["PHANTOM"]).cast(held.schema.field(place).type))
    table.append(other)
    for name, moved in (("window_start", DAY), ("window_end", DAY)):
        place = held.schema.get_field_index(name)
        later = pc.add(held[name], pa.scalar(-moved, pa.duration("us")))
        held = held.set_column(place, held.schema.field(place), later)
    place = held.schema.get_field_index("window_date")
    day = held["window_start"].cast(pa.date32())
    table.append(held.set_column(place, held.schema.field(place), day))


class Strangers(Kit):
    """Tests of candle tables that others write to."""

    @pytest.mark.parametrize("deed", [append_copies, delete_some, delete_all, edit, invent])
    def test_what_others_did_is_made_good(self, history: History, deed: Deed) -> None:
        fill(history)
        deed(target(history, M1))
        (table, _) = history.run(NOW, M1, H1)

        assert table.status is Status.UPDATED
        assert "changed by others" in table.reason
        assert table.others
        prove(history, M1, H1)
        before = heads(history)
        assert {t.status for t in history.run(NOW, M1, H1)} == {Status.UP_TO_DATE}
        assert heads(history) == before

    def test_coarser_candles_are_not_made_of_what_others_wrote(self, history: History) -> None:
        fill(history)
        edit(target(history, M1))
        delete_some(target(history, H1))
        history.append([trade(HOURS[0] + 3 * MINUTE, "late")])

        history.run(NOW, H1)
        prove(history, H1)
        history.run(NOW, M1)
        prove(history, M1, H1)

    def test_what_nobody_can_make_again_is_counted(self, history: History) -> None:
        fill(history)
        history.drop_files(lambda place: place.rank < 2)
        history.prepare(NOW, M1, removed=KEEP)
        target(history, M1).delete(f"window_start < '{to_datetime(HOURS[1]).isoformat()}'")
        delete_some(target(history, M1))
        left = rows(history)
        (table,) = history.run(NOW, M1, removed=KEEP)

        assert table.beyond_mending > 0
        assert rows(history)[: len(left)] == left
        assert [row["window_start"] for row in rows(history)[len(left) :]] == [
            to_datetime(start) for hour in HOURS[2:] for start in (hour, hour + 10 * MINUTE)
        ]

    def test_the_choice_to_refuse_stops_the_run(self, history: History) -> None:
        fill(history)
        delete_some(target(history, M1))
        left = rows(history)
        refresh = history.aggregate(NOW, M1, H1, others=OthersChanges.REFUSE)

        assert refresh.exit_code == 2
        assert all("others have changed its candles" in str(table.failure) for table in refresh.tables)
        assert rows(history) == left
