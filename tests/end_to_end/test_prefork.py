"""The `k2` that starts at once does what the installed one does."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.mark.parametrize(("line", "code"), [("config show --origin", 0), ("ohlcv aggregate", 2), ("ohlcv nonsense", 2)])
def test_same_arguments_folder_variables_streams_and_code(
    start: Start, start_at_once: Start, tmp_path: Path, line: str, code: int
) -> None:
    (tmp_path / "k2.toml").write_text('[tables]\nnamespace = "here"\n')
    ended = []
    for begin in (start, start_at_once):
        with begin(*line.split(), cwd=tmp_path, K2_TABLES__TRADES="there") as process:
            ended.append((*process.communicate(timeout=300), process.returncode))

    assert ended[0] == ended[1]
    assert ended[0][2] == code
