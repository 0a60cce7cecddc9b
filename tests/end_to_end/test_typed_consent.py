"""On a terminal, what takes most of a table is asked for by a number that has to be typed."""

# ruff: noqa: ANN401 - the fixtures' types live in conftest.py, which importlib mode lets nobody import

from typing import Any

import pytest

from k2cli.__main__ import main
from k2cli.session.environment import Environment
from tests.end_to_end.terminal import answered


def test_most_of_a_table_goes_only_if_the_number_is_typed(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.trade("2024-03-01T00:00:10Z", "2024-03-02T00:00:10Z")
    desk.aggregate()
    environment = Environment(variables={}, cwd=desk.folder, user_file=lambda: None)
    prune = ["prune", "1m", "--older-than", "1d", "--now", "2031-01-01T00:00:00Z"]
    left = []
    for typed in ("y", "", "12", "2"):
        asking = answered(monkeypatch, f"{typed}\n")
        assert main(prune, environment) == 0
        assert "more than half of the table" in asking.getvalue()
        assert "type 2 to carry it out" in asking.getvalue()
        left.append(len(desk.candles()))

    assert left == [2, 2, 2, 0]
