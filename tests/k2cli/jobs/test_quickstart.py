"""The sample of the quickstart, and the folder it lies in."""

from pathlib import Path

import pyarrow as pa
import pytest

from engines.errors import Refused
from k2cli.jobs.quickstart import SETTINGS, TRADES, sample
from k2cli.jobs.warehouse import new_warehouse
from k2cli.settings import load_settings

NOON = 1_709_294_400_000_000
MIDNIGHT = 1_709_251_200_000_000


def test_three_minutes_are_held_back_and_nothing_is_lost() -> None:
    trades = sample(NOON)
    punctual = pa.concat_tables(trades.punctual)
    late = trades.late["timestamp"].to_pylist()

    assert late
    assert max(late) - min(late) < 3 * 60_000_000
    assert not set(late) & set(punctual["timestamp"].to_pylist())
    identities = {*punctual["message_id"].to_pylist(), *trades.late["message_id"].to_pylist()}
    assert len(identities) == TRADES
    assert punctual.num_rows + trades.late.num_rows > TRADES


def test_the_trades_are_closed_history() -> None:
    times = pa.concat_tables(sample(NOON).punctual)["timestamp"].to_pylist()

    assert max(times) < MIDNIGHT
    assert min(times) >= MIDNIGHT - 2 * 86_400_000_000


def test_the_folder_has_settings_that_keep_to_it(tmp_path: Path) -> None:
    config = new_warehouse(tmp_path / "new", SETTINGS)
    settings = load_settings(flags={}, variables={}, cwd=Path("/"), config=config).settings

    assert config == tmp_path / "new" / "k2.toml"
    assert settings.local_paths() == (tmp_path / "new/k2-data/catalog.db", tmp_path / "new/k2-data/warehouse")


def test_an_empty_folder_will_do_but_not_a_full_one(tmp_path: Path) -> None:
    new_warehouse(tmp_path, SETTINGS)

    with pytest.raises(Refused, match="not empty"):
        new_warehouse(tmp_path, SETTINGS)
    with pytest.raises(Refused, match="not empty"):
        new_warehouse(tmp_path / "k2.toml", SETTINGS)
