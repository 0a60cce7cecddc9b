"""What is exported for a program is read by this program, in an environment of its own, with the right numbers."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from tests.machine import missing

pytestmark = pytest.mark.long

Read = list[tuple[int, list[float]]]
"""Seconds since the epoch, and open, high, low, close, volume of each candle."""

FREQTRADE = """
from freqtrade.data.history import get_datahandler
from freqtrade.enums import CandleType, TradingMode

folder = Path("out/binance")
handler = get_datahandler(folder, "feather")
assert sorted(handler.ohlcv_get_available_data(folder, TradingMode.SPOT)) == [
    ("BTC/USDT", "5m", CandleType.SPOT), ("ETH/USDT", "5m", CandleType.SPOT)
]
frame = handler.ohlcv_load(
    "BTC/USDT", "5m", candle_type=CandleType.SPOT, fill_missing=False, drop_incomplete=False
).set_index("date")
"""

BACKTRADER = """
import backtrader as bt

rows = []


class Look(bt.Strategy):
    def next(self):
        bar = self.data
        numbers = [line[0] for line in (bar.open, bar.high, bar.low, bar.close, bar.volume)]
        rows.append((int(bar.datetime.datetime(0).replace(tzinfo=timezone.utc).timestamp() + 0.5), numbers))


cerebro = bt.Cerebro()
path = "out/binance-BTCUSDT-5m.csv"
cerebro.adddata(USAGE)
cerebro.addstrategy(Look)
cerebro.run()
"""

VECTORBT = """
import pandas as pd
import vectorbt as vbt

frame = pd.read_parquet("out/binance-BTCUSDT-5m.parquet")
assert isinstance(frame.index, pd.DatetimeIndex) and str(frame.index.tz) == "UTC"
assert frame.vbt.ohlcv.get_column("close").equals(frame["Close"])
held = vbt.Portfolio.from_holding(frame["Close"], freq="5min").total_return()
assert abs(held - (frame["Close"].iloc[-1] / frame["Close"].iloc[0] - 1)) < 1e-9
"""

NAUTILUS = """
import pandas as pd
from nautilus_trader.model.data import BarType
from nautilus_trader.persistence.wranglers import BarDataWrangler
from nautilus_trader.test_kit.providers import TestInstrumentProvider

bar_type = BarType.from_str("BTCUSDT.BINANCE-5-MINUTE-LAST-EXTERNAL")
instrument = TestInstrumentProvider.btcusdt_binance()
bars = USAGE
rows = [
    (bar.ts_init // 10**9, [float(str(n)) for n in (bar.open, bar.high, bar.low, bar.close, bar.volume)])
    for bar in bars
]
"""

SAY = """
if "frame" in globals():
    rows = [(int(time.timestamp()), list(map(float, numbers))) for time, *numbers in frame.itertuples()]
print("ROWS", json.dumps(rows))
"""


@pytest.fixture(scope="module")
def python_with(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Makes an environment with packages, and returns its Python."""

    def made(*packages: str) -> Path:
        folder = tmp_path_factory.mktemp("environment")
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        python = folder / "bin" / "python"
        installing = [str(python), "-m", "pip", "install", "--quiet", *packages]
        ran = subprocess.run(installing, capture_output=True, text=True, check=False)
        if ran.returncode:
            missing(f"{packages[0]} cannot be installed here: {ran.stderr.strip().splitlines()[-1:]}")
        return python

    return made


@dataclass(frozen=True)
class Peer:
    """A program: its name on the command line, its package, code that reads, and whether candles have their end."""

    target: str
    package: str
    code: str
    ends: bool = False


PEERS = [
    Peer("freqtrade", "freqtrade", FREQTRADE),
    Peer("backtrader", "backtrader", BACKTRADER, ends=True),
    Peer("vectorbt", "vectorbt", VECTORBT),
    Peer("nautilus", "nautilus_trader", NAUTILUS, ends=True),
]


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.target)
def test_it_reads_the_same_candles(
    lake: Path,
    run: Callable[..., subprocess.CompletedProcess[str]],
    python_with: Callable[..., Path],
    tmp_path: Path,
    peer: Peer,
) -> None:
    ran = run("export", "5m", "--to", str(tmp_path / "out"), "--for", peer.target, "-o", "json", cwd=lake)
    assert ran.returncode == 0, ran.stderr
    usage = json.loads(ran.stdout)["usage"]
    shown = run("show", "5m", "--symbol", "BTCUSDT", "--exchange", "binance", "-o", "json", cwd=lake)
    imports = "import json\nfrom datetime import timezone\nfrom pathlib import Path\n"
    code = imports + peer.code.replace("USAGE", usage) + SAY
    python = python_with(peer.package, "pyarrow")
    read = subprocess.run([str(python), "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert read.returncode == 0, read.stderr
    assert told(read.stdout) == expected(json.loads(shown.stdout)["rows"], ends=peer.ends)


def told(out: str) -> Read:
    (line,) = (line for line in out.splitlines() if line.startswith("ROWS "))
    return [(time, numbers) for time, numbers in json.loads(line.removeprefix("ROWS "))]


def expected(candles: list[dict[str, str]], *, ends: bool) -> Read:
    assert len(candles) > 100
    time = "window_end" if ends else "window_start"
    columns = ("open_price", "high_price", "low_price", "close_price", "volume")
    return [
        (int(datetime.fromisoformat(candle[time]).timestamp()), [float(Decimal(candle[name])) for name in columns])
        for candle in candles
    ]
