"""The reports of files that were looked at or written, with all that they can say."""

from datetime import UTC, datetime
from decimal import Decimal

from engines.errors import Failure
from k2cli import reports as r

MOMENT = datetime(2024, 3, 1, tzinfo=UTC)

REPORTS_OF_FILES = (
    r.InspectFilesReport(
        files=(
            r.InspectedFile(
                file="trades.csv",
                layout="k2",
                about="our own",
                format="csv",
                compression="gzip",
                delimiter=",",
                header=True,
                unit="ms",
                symbol_from="a column",
                ids="trade",
                missing_ids=2,
                rows_read=3,
                trades=2,
                rejected={"price_too_large": 1},
                left_out=1,
                sides_unknown=1,
                first=MOMENT,
                last=MOMENT,
                series={"binance BTCUSDT": 2},
                imported_by="0190",
                shown=({"exchange": "binance", "timestamp": 1_704_067_200_000_000, "price": Decimal("1.50")},),
                rejects=({"line": 3, "reason": "price_too_large", "text": "1e30"},),
            ),
        ),
        aside={"empty.csv": "holds no rows"},
        line="k2 trades import trades.csv",
    ),
    r.LayoutTemplateReport(file="mine.csv", text="[columns]"),
    r.ExportReport(
        table="t",
        timeframe="1h",
        snapshot_id=2**62 + 1,
        path="out",
        format="csv",
        target="backtrader",
        candles=30,
        series=30,
        bytes=30,
        first=MOMENT,
        last=MOMENT,
        files=tuple(
            r.ExportedFile(
                path=f"out/binance-{n}-1h.csv",
                exchange="binance",
                symbol=str(n),
                rows=1,
                bytes=1,
                first=MOMENT,
                last=MOMENT,
            )
            for n in range(30)
        ),
        usage="bt.feeds.GenericCSVData(dataname='out/binance-0-1h.csv')",
        warning=Failure(message="there are no candles in that span", exit_code=0),
    ),
)
