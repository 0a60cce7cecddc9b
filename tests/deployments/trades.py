"""A few hundred real trades of HitBTC over five days, in a first delivery and a late one."""

import csv
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

from engines.testing.oracle import Trade

_FILE = Path(__file__).parents[2] / "examples" / "data" / "hitbtc_trades.csv"
_SYMBOLS = ("CRDTETH", "GRTBTC", "VETBTC")
_SHIFT = 2  # up to ten decimals, of which the table holds eight
_COLUMNS = ("exchange", "symbol", "trade_id", "timestamp", "price", "quantity", "side")


def real_trades() -> list[Trade]:
    """The trades, symbol by symbol, in the exchange's order."""
    with _FILE.open(newline="") as file:
        return [_trade(row) for row in csv.DictReader(file) if row["symbol"] in _SYMBOLS]


def deliveries(trades: list[Trade]) -> tuple[list[Trade], list[Trade]]:
    """Most of the trades; then every seventh that was left out, and twenty a second time."""
    first = [trade for number, trade in enumerate(trades) if number % 7]
    return first, trades[::7] + first[:20]


def write(trades: Iterable[Trade], path: Path) -> None:
    """A file in the layout k2."""
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(_COLUMNS)
        for t in trades:
            rows.writerow([t.exchange, t.symbol, t.message_id, t.timestamp, f"{t.price:f}", f"{t.quantity:f}", t.side])


def _trade(row: dict[str, str]) -> Trade:
    return Trade(
        exchange=row["exchange"],
        symbol=row["symbol"],
        message_id=row["trade_id"],
        timestamp=int(row["timestamp"]),
        price=Decimal(row["price"]).scaleb(_SHIFT),
        quantity=Decimal(row["quantity"]),
        side=row["side"],
        source_sequence=int(row["trade_id"]),
    )
