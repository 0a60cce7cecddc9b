"""Theme: a column is what has its field id in a data file, whatever its name there and whatever metadata remembers."""

from pyiceberg.schema import Schema
from pyiceberg.types import DecimalType, NestedField, StringType

from engines.domain.timeframe import M1
from engines.testing.foreign import NEEDED, append_rows, foreign_source, schema
from engines.testing.history import History, everywhere, trade
from engines.testing.strategies import MIDNIGHT
from engines.testing.suite.kit import NOW, Kit, NewLake, prove
from engines.testing.suite.sources import some
from engines.testing.surgery import rewrite_metadata


class Columns(Kit):
    """Tests with columns that were renamed, dropped, added and widened, and with metadata that does not tell."""

    def test_renamed_columns_are_found_by_field_id(self, new_lake: NewLake) -> None:
        lake = new_lake()
        lake.create_tables()
        renamed = {"timestamp": "event_us", "price": "px"}
        table = lake.tables.catalog.create_table(
            lake.names.source, schema({renamed.get(name, name): type_ for name, type_ in NEEDED.items()})
        )
        trades = some()
        append_rows(table, trades, event_us=[t.timestamp for t in trades], px=[t.price for t in trades])
        with lake.tables.source().update_schema() as update:
            for name, old in renamed.items():
                update.rename_column(old, name)
        history = History(lake)
        history.prepare(NOW, M1)
        history.append([trade(MIDNIGHT + 3, "late"), *some(3)])
        history.run(NOW, M1)

        prove(history, M1)

    def test_a_column_that_was_dropped_and_made_anew_is_another(self, new_lake: NewLake) -> None:
        history = foreign_source(new_lake(), {**NEEDED, "side": StringType()})
        history.append(some(side="buy"))
        with history.table.update_schema() as update:
            update.delete_column("side")
        with history.table.update_schema() as update:
            update.add_column("side", StringType())
        history = History(history.lake)
        history.append([trade(MIDNIGHT + 3, "late", side="sell")])
        history.run(NOW, M1)

        assert {row.side for row in history.rows} == {None, "sell"}
        prove(history, M1)

    def test_a_name_that_went_to_another_column_when_old_schemas_are_forgotten(self, new_lake: NewLake) -> None:
        history = foreign_source(new_lake(timeframes=(M1,)))
        history.append(some(3))
        with history.table.update_schema() as update:
            update.rename_column("price", "in_yen")
        with history.table.update_schema() as update:
            update.add_column("price", DecimalType(18, 8))
        append_rows(history.table, [trade(MIDNIGHT + 1, "new", price="3")], in_yen=[None])
        forget_schemas(history)
        history = History(history.lake)
        history.run(NOW)

        assert sorted(str(row.price) for row in history.rows) == ["3.00000000", "None", "None", "None"]
        prove(history, M1)

    def test_columns_added_and_widened_when_old_schemas_are_forgotten(self, new_lake: NewLake) -> None:
        columns = {**NEEDED, "price": DecimalType(9, 2)}
        history = foreign_source(new_lake(timeframes=(M1,)), columns)
        history.append(some(3))
        with history.table.update_schema() as update:
            update.add_column("side", StringType())
            update.update_column("price", field_type=DecimalType(12, 2))
        history = History(history.lake)
        history.append([trade(MIDNIGHT + 1, "new", price="3", side="buy")])
        forget_schemas(history)
        history.run(NOW)

        prove(history, M1)

    def test_files_that_are_older_than_the_metadata_have_other_names(self, new_lake: NewLake) -> None:
        """Metadata made anew by a converter: one schema with the id 0, and the names of two columns exchanged."""
        history = foreign_source(new_lake(timeframes=(M1,)))
        history.append(some(3))
        other = {"price": "quantity", "quantity": "price"}
        fields = [
            NestedField(field.field_id, other.get(field.name, field.name), field.field_type)
            for field in history.table.schema().fields
        ]
        rewrite_metadata(history.lake.tables, history.table, schemas=[Schema(*fields)])
        history = History(history.lake)
        history.run(NOW)

        assert {row.price for row in history.rows} == {1}
        prove(history, M1)

    def test_delete_files_that_the_summary_does_not_count(self, new_lake: NewLake) -> None:
        history = foreign_source(new_lake(timeframes=(M1,)))
        history.append(some(4))
        history.mask(everywhere, every=2)
        table = history.table
        for snapshot in table.metadata.snapshots:
            if snapshot.summary is not None:
                snapshot.summary["total-delete-files"] = "0"
        rewrite_metadata(history.lake.tables, table)
        history.run(NOW)

        assert len(history.rows) == 2
        prove(history, M1)


def forget_schemas(history: History) -> None:
    """Remove all schemas but the current one, as `expire_snapshots` with `clean_expired_metadata` does."""
    rewrite_metadata(history.lake.tables, history.table, schemas=[history.table.schema()])
