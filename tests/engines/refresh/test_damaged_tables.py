"""Where no earlier state of a candle table can be read either, what is left is kept, and upkeep works again."""

from pathlib import Path

import pytest

from engines.domain.losses import RemovedTrades
from engines.domain.requests import ValidationRequest
from engines.domain.results import Status
from engines.domain.retention import PruneRequest
from engines.domain.timeframe import DAY, HOUR, M1
from engines.errors import K2Error
from engines.testing.history import History, trade
from engines.testing.strategies import MIDNIGHT
from engines.testing.surgery import expire

NOW = MIDNIGHT + 3 * DAY
DAYS = (MIDNIGHT, MIDNIGHT + DAY)


def local(path: str) -> Path:
    return Path(path.removeprefix("file://"))


@pytest.fixture
def built(history: History) -> History:
    """Minutes of two days, each made by a run of its own."""
    for day in DAYS:
        history.append([trade(day + n * HOUR, f"{day}.{n}") for n in range(3)])
        history.run(NOW, M1)
    return history


def forget_history(history: History) -> None:
    table = history.lake.tables.target(M1)
    expire(history.lake.tables, table, [s.snapshot_id for s in table.metadata.snapshots])


def upkeep(history: History) -> None:
    """Whatever reads all snapshots reads them."""
    pruning = PruneRequest(timeframes=(M1,), now=NOW, run_id="p", keep_snapshots=1, keep_age=0, orphans=True)
    (pruned,) = history.lake.prune(pruning).tables
    assert pruned.failure is None
    assert not history.lake.validate(
        ValidationRequest(timeframes=(M1,), now=NOW, deep=True, against_trades=True)
    ).broken


def test_with_history_the_table_goes_back_and_only_what_came_since_is_made_again(built: History) -> None:
    table = built.lake.tables.target(M1)
    head = table.current_snapshot()
    assert head is not None
    local(head.manifest_list).unlink()
    (mended,) = built.run(NOW, M1)

    assert f"back at snapshot {head.parent_snapshot_id}" in mended.mended
    assert mended.trades_read == 3
    built.prove(NOW, M1)
    upkeep(built)


@pytest.mark.parametrize("part", ["manifest", "manifest list"])
def test_without_history_what_can_be_read_is_kept(built: History, part: str) -> None:
    forget_history(built)
    table = built.lake.tables.target(M1)
    head = table.current_snapshot()
    assert head is not None
    manifest = min(head.manifests(table.io), key=lambda m: m.sequence_number)
    local(manifest.manifest_path if part == "manifest" else head.manifest_list).unlink()
    (mended,) = built.run(NOW, M1)

    assert "only what can be read is kept" in mended.mended
    assert (mended.reason, mended.beyond_mending) == ("the watermark is lost", 0)
    built.prove(NOW, M1)
    upkeep(built)
    assert [t.status for t in built.run(NOW, M1)] == [Status.UP_TO_DATE]


def test_candles_before_the_fence_stay_where_their_manifest_can_be_read(built: History) -> None:
    before = built.candles(M1)
    built.drop_files(lambda place: place.rank < 3)
    built.run(NOW, M1, removed=RemovedTrades.KEEP)
    built.append([trade(DAYS[1] + 5 * HOUR, "new")])
    built.run(NOW, M1, removed=RemovedTrades.KEEP)
    forget_history(built)
    table = built.lake.tables.target(M1)
    head = table.current_snapshot()
    assert head is not None
    local(max(head.manifests(table.io), key=lambda m: m.sequence_number).manifest_path).unlink()
    (mended,) = built.run(NOW, M1, removed=RemovedTrades.KEEP)

    assert "only what can be read is kept" in mended.mended
    assert mended.beyond_mending > 0
    assert built.candles(M1)[:3] == before[:3]
    assert built.candles(M1)[3:] == built.truth(M1, NOW)


def test_without_any_metadata_the_table_is_made_again_and_says_that_nobody_knows_what_else_it_had(
    built: History,
) -> None:
    table = built.lake.tables.target(M1)
    for path in local(table.metadata_location).parent.glob("*.metadata.json"):
        path.write_bytes(b"{")
    (mended,) = built.run(NOW, M1)

    assert mended.unknown_before
    assert "it is made again" in mended.mended
    built.prove(NOW, M1)
    upkeep(built)


def test_metadata_of_a_version_that_is_not_known_is_no_damage(built: History) -> None:
    path = local(built.lake.tables.target(M1).metadata_location)
    newer = path.read_bytes().replace(b'"format-version":2', b'"format-version":9')
    path.write_bytes(newer)
    with pytest.raises(K2Error, match="metadata that PyIceberg cannot read"):
        built.run(NOW, M1)

    assert path.read_bytes() == newer


def test_a_table_whose_storage_is_away_is_not_made_again(built: History) -> None:
    """A disk that is not mounted comes back with all that is on it."""
    folder = local(built.lake.tables.target(M1).location()).parent
    folder.rename(folder.with_name("away"))
    with pytest.raises(K2Error) as raised:
        built.run(NOW, M1)

    assert raised.value.exit_code == 6
    folder.with_name("away").rename(folder)
    built.prove(NOW, M1)
