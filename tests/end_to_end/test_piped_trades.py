"""`k2 trades import -`: what is piped in is imported like a file, in any format and packed in any way."""

import gzip
import json
import subprocess
from pathlib import Path


def test_standard_input_is_imported(k2: Path, tmp_path: Path) -> None:
    rows = b"exchange,symbol,trade_id,timestamp,price,quantity\nx,Y,1,1700000000,1.5,2\nx,Y,2,1700000001,0,2\n"

    done = subprocess.run(
        [k2, "trades", "import", "-", "--create", "--output", "json"],
        cwd=tmp_path,
        input=gzip.compress(rows),
        capture_output=True,
        check=True,
    )

    assert json.loads(done.stdout)["imported"] == 1
    assert b"standard input" in done.stdout
