"""Theme: a candle table whose files are missing or damaged is made whole by the next run that meets them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pyiceberg.table import Table

from engines.domain.requests import OthersChanges
from engines.domain.timeframe import H1, HOUR, M1, MINUTE, to_datetime
from engines.testing.history import History, trade
from engines.testing.strategies import MIDNIGHT
from engines.testing.suite.kit import KEEP, NOW, Kit, local, prove, prove_at_rest, rows, target

HOURS = [MIDNIGHT + n * HOUR for n in range(4)]


def fill(history: History) -> None:
    """Two commits of two hours of trades, each followed by a run."""
    for hours in (HOURS[:2], HOURS[2:]):
        history.append([trade(h + m, f"{h}.{m}") for h in hours for m in (0, 1, 10 * MINUTE)])
        history.prepare(NOW, M1, H1)


def data_file(table: Table) -> Path:
    """A data file of the head."""
    return local(next(iter(table.scan().plan_files())).file.file_path)


def manifest(table: Table) -> Path:
    """The newest manifest of the head."""
    head = table.current_snapshot()
    assert head is not None
    return local(head.manifests(table.io)[0].manifest_path)


def manifest_list(table: Table) -> Path:
    """The manifest list of the head."""
    head = table.current_snapshot()
    assert head is not None
    return local(head.manifest_list)


def metadata(table: Table) -> Path:
    """The metadata file that the catalog names."""
    return local(table.metadata_location)


def remove(path: Path) -> None:
    """Delete a file."""
    path.unlink()


def cut(path: Path) -> None:
    """Leave the first half of a file."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


Find = Callable[[Table], Path]
PARTS: tuple[Find, ...] = (data_file, manifest, manifest_list, metadata)


class Damaged(Kit):
    """Tests of candle tables whose files are missing or damaged."""

    @pytest.mark.parametrize("harm", [remove, cut])
    @pytest.mark.parametrize("find", PARTS)
    def test_a_rebuild_makes_the_table_whole(self, history: History, find: Find, harm: Callable[[Path], None]) -> None:
        fill(history)
        harm(find(target(history, M1)))
        (table,) = history.run(NOW, M1, rebuild=True)

        assert table.mended
        prove_at_rest(history, M1)

    @pytest.mark.parametrize("find", [manifest_list, metadata])
    def test_an_ordinary_run_does_so_where_it_meets_the_damage(self, history: History, find: Find) -> None:
        fill(history)
        remove(find(target(history, M1)))
        history.append([trade(HOURS[0] + 3 * MINUTE, "late")])
        history.run(NOW, M1, H1)

        prove(history, M1, H1)

    def test_coarser_candles_are_made_of_the_trades_where_the_finer_ones_are_lost(self, history: History) -> None:
        fill(history)
        remove(data_file(target(history, M1)))
        history.append([trade(HOURS[0] + 3 * MINUTE, "late")])
        history.run(NOW, H1)

        prove(history, H1)
        history.run(NOW, M1)
        prove(history, M1, H1)

    def test_what_was_lost_before_the_fence_is_counted(self, history: History) -> None:
        fill(history)
        history.drop_files(lambda place: place.rank < 2)
        history.prepare(NOW, M1, removed=KEEP)
        remove(data_file(target(history, M1)))
        (table,) = history.run(NOW, M1, removed=KEEP, rebuild=True)

        assert table.beyond_mending > 0
        assert {row["window_start"] for row in rows(history)} == {
            to_datetime(h + m) for h in HOURS[2:] for m in (0, 10 * MINUTE)
        }

    def test_the_choice_to_refuse_leaves_damage_as_it_is(self, history: History) -> None:
        fill(history)
        before = rows(history)
        path = manifest_list(target(history, M1))
        kept = path.read_bytes()
        remove(path)
        refresh = history.aggregate(NOW, M1, others=OthersChanges.REFUSE, rebuild=True)

        assert refresh.exit_code == 2
        assert str(path) in str(refresh.tables[0].failure)
        path.write_bytes(kept)
        assert rows(history) == before
