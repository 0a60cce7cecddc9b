"""Theme: columns that older files do not have, have elsewhere, or have narrower, are read as Iceberg defines them."""

import json
from collections import Counter
from dataclasses import replace

import pytest
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.transforms import IdentityTransform
from pyiceberg.types import IntegerType, LongType

from engines.base import TradeQuery, ValidationRequest
from engines.domain.timeframe import M1, SECOND
from engines.testing.foreign import NEEDED, append_rows, foreign_source
from engines.testing.formats import add_column, append_without_ids, append_without_partition_columns
from engines.testing.history import History, trade
from engines.testing.strategies import MIDNIGHT
from engines.testing.suite.kit import NOW, Kit, NewLake, prove
from engines.testing.suite.sources import some


class Added(Kit):
    """Tests with columns that came after the first files, or that are in no file."""

    @pytest.mark.parametrize("name", NEEDED)
    @pytest.mark.parametrize("required", [False, True], ids=["optional", "required"])
    def test_a_needed_column_that_was_added_after_the_first_files(
        self, new_lake: NewLake, name: str, required: bool
    ) -> None:
        """The older trades have nothing in it: they are left out and counted, or the file is refused by name."""
        older = {column: type_ for column, type_ in NEEDED.items() if column != name}
        history = foreign_source(new_lake(timeframes=(M1,)), older)
        append_rows(history.table, some(3))
        with history.table.update_schema(allow_incompatible_changes=True) as update:
            update.add_column(name, NEEDED[name])
        history = History(history.lake)
        history.append([trade(MIDNIGHT + n * SECOND, f"new {n}", price="7") for n in range(3)])
        if required:
            _require(history, name)
        (table,) = history.aggregate(NOW).tables

        if table.failure is not None:
            assert required
            assert table.failure.exit_code == 2
            assert name in table.failure.message
            return
        assert {each.reason: each.count for each in table.rejected} == {f"null_{name}": 3}
        prove(history, M1)
        request = ValidationRequest(timeframes=(M1,), now=NOW, against_trades=True)
        (source,) = history.lake.validate(request).sources
        assert {each.reason: each.count for each in source.rejected} == {f"null_{name}": 3}
        if not required:  # a file without times is read for this query alone
            assert history.lake.trades(TradeQuery()).read_all().num_rows == 6

    @pytest.mark.parametrize("name", ["symbol", "exchange"])
    def test_a_column_that_is_in_the_partition_alone(self, new_lake: NewLake, name: str) -> None:
        """Converters from other table formats leave it out of the files; Iceberg takes it from the metadata."""
        number = 7 + list(NEEDED).index(name)
        spec = PartitionSpec(PartitionField(number, 1000, IdentityTransform(), name))
        history = foreign_source(new_lake(timeframes=(M1,)), spec=spec)
        append_without_partition_columns(history.table, some())
        history.rows.update(some())
        history.run(NOW)
        prove(history, M1)
        history.append([trade(MIDNIGHT + 3, "late", price="7")])
        history.run(NOW)

        prove(history, M1)

    @pytest.mark.parametrize("mapped", [True, False], ids=["mapped", "unmapped"])
    def test_files_without_field_ids_are_read_by_the_name_mapping(self, new_lake: NewLake, mapped: bool) -> None:
        """Without one their columns are anybody's guess: refused by name."""
        history = foreign_source(new_lake(timeframes=(M1,)))
        names = {name: {"price": "px", "timestamp": "ts"}.get(name, name) for name in reversed([*NEEDED])}
        if mapped:
            fields = [
                {"field-id": field.field_id, "names": [names[field.name]]} for field in history.table.schema().fields
            ]
            with history.table.transaction() as transaction:
                transaction.set_properties({"schema.name-mapping.default": json.dumps(fields)})
        path = append_without_ids(history.table, some(), names)
        if not mapped:
            (table,) = history.aggregate(NOW).tables
            assert table.failure is not None
            assert table.failure.exit_code == 2
            assert f"{path} cannot be read: it has no field ids" in table.failure.message
            return
        history.rows.update(some())
        history.run(NOW)

        prove(history, M1)

    @pytest.mark.parametrize("required", [False, True], ids=["optional", "required"])
    def test_a_column_with_a_value_for_older_files(self, new_lake: NewLake, required: bool) -> None:
        """Format version 3 has such values, `initial-default`."""
        history = foreign_source(new_lake(timeframes=(M1,)))
        history.append(some())
        column = {"id": 99, "name": "side", "type": "string", "required": required, "initial-default": "buy"}
        add_column(history.table, column)
        history.rows = Counter({replace(one, side="buy"): n for one, n in history.rows.items()})
        history.run(NOW)

        prove(history, M1)

    def test_columns_widened_and_moved_after_the_first_files(self, new_lake: NewLake) -> None:
        columns = {**NEEDED, "source_sequence": IntegerType()}
        history = foreign_source(new_lake(timeframes=(M1,)), columns)
        history.append([trade(MIDNIGHT, "b", source_sequence=1), trade(MIDNIGHT, "a", price="2", source_sequence=2)])
        with history.table.update_schema() as update:
            update.update_column("source_sequence", field_type=LongType())
            update.move_first("source_sequence")
            update.move_after("price", "message_id")
        history = History(history.lake)
        history.append([trade(MIDNIGHT, "c", price="3", source_sequence=2**40)])
        history.run(NOW)

        prove(history, M1)


def _require(history: History, name: str) -> None:
    """Say that a column has a value in every row, which older files do not have, as converters do."""
    with history.table.update_schema(allow_incompatible_changes=True) as update:
        update.update_column(name, required=True)
