"""Theme: what others do to candle tables is made good by the next run, which says so."""

import json
from collections.abc import Callable
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from pyiceberg.expressions import AlwaysTrue
from pyiceberg.table import Table
from pyiceberg.table.refs import MAIN_BRANCH
from pyiceberg.table.snapshots import Operation

from engines.domain.requests import OthersChanges
from engines.domain.results import Status
from engines.domain.retention import PruneRequest
from engines.domain.timeframe import DAY, H1, HOUR, M1, MINUTE, to_datetime
from engines.errors import UsageError
from engines.testing.history import History, trade
from engines.testing.strategies import MIDNIGHT
from engines.testing.suite.kit import KEEP, NOW, Kit, local, prove, prove_at_rest, rows, target
from engines.testing.surgery import replace_files

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


def pick(history: History) -> None:
    """Cherry-pick onto the table what was written to a branch of it, as Iceberg for Java does: by the same file."""
    publish(history, branch="aside")
    table = target(history, M1)
    added = [task.file for task in table.scan(snapshot_id=table.metadata.refs["aside"].snapshot_id).plan_files()]
    held = {task.file.file_path for task in table.scan().plan_files()}
    new = [file for file in added if file.file_path not in held]
    replace_files(table, [], new, Operation.APPEND, {"source-snapshot-id": "1"})


def publish(history: History, branch: str = MAIN_BRANCH) -> None:
    """Write to a branch that begins at an older state, and make it the head, or leave it aside."""
    table = target(history, M1)
    table.manage_snapshots().create_branch(oldest(history), "audit").commit()
    table = target(history, M1)
    table.append(found(table).slice(0, 2), branch="audit")
    table = target(history, M1)
    head = table.metadata.refs["audit"].snapshot_id
    if branch == MAIN_BRANCH:
        table.manage_snapshots().set_current_snapshot(snapshot_id=head).commit()
    else:
        table.manage_snapshots().create_branch(head, branch).commit()


def roll_back(history: History) -> None:
    """Go back to the older state."""
    target(history, M1).manage_snapshots().set_current_snapshot(snapshot_id=oldest(history)).commit()


def make_again(history: History) -> None:
    """Drop the table and create it again, empty, with no property of ours."""
    table, catalog = target(history, M1), history.lake.tables.catalog
    catalog.drop_table(table.name())
    catalog.create_table(table.name(), table.schema(), partition_spec=table.spec(), sort_order=table.sort_order())


def lose_properties(history: History) -> None:
    """Take away all properties of the table, and a candle."""
    table = target(history, M1)
    with table.transaction() as transaction:
        transaction.remove_properties(*table.properties)
    delete_some(target(history, M1))


def oldest(history: History) -> int:
    """The first snapshot of the minutes."""
    return min(target(history, M1).metadata.snapshots, key=lambda snapshot: snapshot.sequence_number or 0).snapshot_id


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
        prove_at_rest(history, M1, H1)

    @pytest.mark.parametrize("deed", [roll_back, make_again, pick, publish, lose_properties])
    def test_another_state_of_the_table_is_made_good(self, history: History, deed: Callable[[History], None]) -> None:
        fill(history)
        history.append([trade(HOURS[3] + 20 * MINUTE, "second run")])
        history.prepare(NOW, M1, H1)
        before = rows(history)
        deed(history)
        assert rows(history) != before
        history.run(NOW, M1, H1)

        assert rows(history) == before or deed is make_again
        prove_at_rest(history, M1, H1)

    def test_what_was_pruned_stays_so_without_the_property_that_says_it(self, history: History) -> None:
        fill(history)
        fence = MIDNIGHT + DAY
        history.append([trade(fence + h * HOUR, f"next day {h}") for h in range(2)])
        history.prepare(fence + DAY, M1, H1)
        request = PruneRequest(timeframes=(M1,), now=fence + DAY, run_id="p", retention={M1: DAY}, force=True)
        assert history.lake.prune(request).exit_code == 0
        lose_properties(history)
        history.append([trade(HOURS[0] + 5 * MINUTE, "late")])
        (table,) = history.run(fence + DAY, M1)

        assert (table.frozen, table.frozen_until) == (1, fence)
        assert [row["window_start"] for row in rows(history)] == [to_datetime(fence + h * HOUR) for h in range(2)]

    def test_a_table_of_a_format_that_nobody_here_writes_is_named_with_a_cure(self, history: History) -> None:
        """PyIceberg, which commits for every engine, writes no version 3."""
        fill(history)
        path = local(target(history, M1).metadata_location)
        path.write_text(json.dumps(json.loads(path.read_text()) | {"format-version": 3, "next-row-id": 0}))
        history.append([trade(HOURS[0] + 3 * MINUTE, "late")])
        with pytest.raises(UsageError, match="gold_ohlcv_1m has format version 3") as refused:
            history.aggregate(NOW, M1, H1)

        assert refused.value.hint.startswith(
            "candles: drop the table, run k2 ohlcv create-tables and k2 ohlcv aggregate"
        )
        history.lake.tables.catalog.drop_table(history.lake.names.target(M1))
        history.lake.create_tables()
        history.run(NOW, M1, H1)
        prove(history, M1, H1)

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
