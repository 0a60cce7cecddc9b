"""Theme: source tables that were not made by k2, and candle tables that existed before."""

from collections.abc import Mapping

import pytest
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.transforms import BucketTransform
from pyiceberg.types import DecimalType, DoubleType, IcebergType, StringType

from engines.base import TradeQuery
from engines.domain.results import Creation, Status
from engines.domain.timeframe import DAY, HOUR, M1, MINUTE
from engines.errors import UsageError
from engines.testing.arrow import candles_of
from engines.testing.foreign import NEEDED, append_rows, foreign_candles, foreign_source, schema
from engines.testing.history import History, everywhere, trade
from engines.testing.oracle import Trade
from engines.testing.strategies import MIDNIGHT
from engines.testing.suite.kit import NOW, RECOMPUTE, Kit, NewLake, prove, rows, started, target


def some(count: int = 12, **columns: object) -> list[Trade]:
    """Some trades, 17 minutes apart."""
    return [
        trade(MIDNIGHT + n * 17 * MINUTE, str(n), price=f"{n + 1}.5", **columns)  # type: ignore[arg-type]
        for n in range(count)
    ]


class Sources(Kit):
    """Tests with other columns, types, partitions, statistics and deletes, and with existing candle tables."""

    @pytest.mark.parametrize(
        "columns",
        [NEEDED, {**NEEDED, "price": DecimalType(12, 4), "quantity": DecimalType(10, 2)}],
        ids=["ours", "short"],
    )
    def test_needed_columns_in_any_order_and_without_a_partition_are_enough(
        self, new_lake: NewLake, columns: Mapping[str, IcebergType]
    ) -> None:
        history = foreign_source(new_lake(), columns)
        history.append(some())
        history.prepare(NOW, M1)
        history.append([trade(MIDNIGHT + 3, "late"), *some(2)])
        (table,) = history.run(NOW, M1)

        assert (table.candles_written, table.duplicates) == (1, 2)
        prove(history, M1)

    def test_a_source_cut_by_something_else_than_time(self, new_lake: NewLake) -> None:
        spec = PartitionSpec(PartitionField(12, 1000, BucketTransform(4), "bucket"))
        history = foreign_source(new_lake(), spec=spec)
        history.append(some())
        history.prepare(NOW, M1)
        history.delete(MIDNIGHT, MIDNIGHT + HOUR)
        history.mask(everywhere, every=3)
        history.run(NOW, M1, removed=RECOMPUTE)

        prove(history, M1)

    def test_extra_columns_do_not_matter(self, new_lake: NewLake) -> None:
        """They do not matter even if their names are ones that an engine might use internally."""
        lake = new_lake()
        lake.create_tables()
        names = ("open", "open_price", "valid", "window_start", "reason", "hash", "rank")
        extra = {name: StringType() for name in names}
        columns = {"fee": DoubleType(), **NEEDED, "side": StringType(), **extra}
        table = lake.tables.catalog.create_table(lake.names.source, schema(columns))
        trades = some(side="buy")
        append_rows(table, trades, fee=[0.1] * len(trades), **{name: ["x"] * len(trades) for name in extra})
        history = History(lake)
        history.run(NOW, M1)

        prove(history, M1)

    def test_files_without_bounds_are_found_by_their_times(self, new_lake: NewLake) -> None:
        history = foreign_source(new_lake(), write_metadata_metrics_default="none")
        history.append(some())
        assert not any(task.file.lower_bounds for task in history.table.scan().plan_files())
        history.prepare(NOW, M1)
        history.append([trade(MIDNIGHT + 3, "late")])
        (table,) = history.run(NOW, M1)

        assert table.windows == 1
        prove(history, M1)

    @pytest.mark.parametrize("scoped", [True, False])
    def test_rows_deleted_by_position_are_gone(self, history: History, scoped: bool) -> None:
        history.append(
            [trade(MIDNIGHT + h * HOUR + m, f"{h}.{m}", price=str(m + 1)) for h in range(3) for m in range(4)]
        )
        history.prepare(NOW, M1)
        history.mask(lambda place: place.rank < 2, every=2, scoped=scoped)
        history.run(NOW, M1)
        prove(history, M1)
        history.append([trade(MIDNIGHT + 9, "late")])
        history.run(NOW, M1)

        prove(history, M1)

    def test_rows_deleted_by_value_are_gone_or_refused(self, history: History) -> None:
        """Equality deletes are never ignored; `reads_equality_deletes` declares whether the engine can apply them."""
        history.append([trade(MIDNIGHT + n, str(n), price=str(n + 1)) for n in range(4)])
        history.prepare(NOW, M1)
        history.delete_by_id("3")
        if history.lake.engine.reads_equality_deletes:
            history.run(NOW, M1)
            prove(history, M1)
            assert sorted(history.lake.trades(TradeQuery()).read_all()["message_id"].to_pylist()) == ["0", "1", "2"]
        else:
            with pytest.raises(UsageError, match="equality deletes"):
                history.aggregate(NOW, M1)
            with pytest.raises(UsageError, match="equality deletes"):
                history.lake.trades(TradeQuery())

    def test_a_file_of_which_no_row_is_left(self, history: History) -> None:
        history.append([trade(MIDNIGHT + h * HOUR, str(h)) for h in range(3)])
        history.prepare(NOW, M1)
        history.mask(lambda place: place.rank == 1, every=1)
        history.run(NOW, M1, removed=RECOMPUTE)
        history.compact(everywhere)
        history.append([trade(MIDNIGHT + HOUR + 1, "again")])
        history.run(NOW, M1)

        prove(history, M1)

    def test_odd_times_do_not_keep_the_others_from_their_candles(self, new_lake: NewLake) -> None:
        lake = foreign_source(new_lake()).lake
        odd = [0, -1, -62_135_596_800_000_000, 253_402_300_799_999_999, 2**62]
        append_rows(lake.tables.source(), [*some(3), *(trade(instant, f"odd at {instant}") for instant in odd)])
        history = History(lake)
        history.run(NOW, M1)

        found = [c for c in candles_of(target(history).scan().to_arrow()) if c.window_start > 0]
        assert found == [c for c in history.truth(M1, NOW) if c.window_start > 0]

    def test_foreign_candles_are_adopted_where_we_know_no_better(self, new_lake: NewLake) -> None:
        """Foreign candles before the first trade or of series not in the source stay; the others are recomputed."""
        history = started(new_lake())
        history.append([trade(MIDNIGHT + HOUR + n * 30 * MINUTE, str(n)) for n in range(80)])
        minutes = [MIDNIGHT - DAY, MIDNIGHT + HOUR, MIDNIGHT + DAY + 90 * MINUTE]
        windows = [(symbol, start) for symbol in ("BTCUSDT", "DEAD") for start in minutes]
        foreign_candles(history.lake, M1, PartitionSpec(), windows)
        found = {table.timeframe: table.status for table in history.lake.create_tables(evolve=True)}
        history.run(NOW + DAY, M1)
        ours = [(c.symbol, c.window_start, c.trade_count) for c in history.truth(M1, NOW + DAY)]
        theirs = [("BTCUSDT", MIDNIGHT - DAY, 7), *(("DEAD", start, 7) for start in minutes)]

        assert found[M1] is Creation.EVOLVED
        assert _keys(history) == sorted(theirs + ours)
        assert {table.status for table in history.run(NOW + DAY, M1)} == {Status.UP_TO_DATE}
        history.append([trade(MIDNIGHT + DAY + 90 * MINUTE + 1, "late"), trade(MIDNIGHT - 2 * DAY, "frozen")])
        (table,) = history.run(NOW + DAY, M1)
        assert (table.frozen, table.candles_written) == (1, 1)
        assert len(_keys(history)) == len(theirs + ours)


def _keys(history: History) -> list[tuple[str, int, int]]:
    """Symbol, window start and trade count of each row; foreign rows have no quote volume and cannot be a `Candle`."""
    return sorted(
        (str(r["symbol"]), int(r["window_start"].timestamp()) * 10**6, int(str(r["trade_count"])))  # type: ignore[attr-defined]
        for r in rows(history)
    )
