"""Programs that files are written for: which columns, types and names each of them reads."""

from k2cli.export.targets import backtrader, freqtrade, lightweight_charts, nautilus, vectorbt
from k2cli.export.targets.target import Target

TARGETS: dict[str, Target] = {
    target.name: target
    for target in (
        freqtrade.FREQTRADE,
        backtrader.BACKTRADER,
        vectorbt.VECTORBT,
        nautilus.NAUTILUS,
        lightweight_charts.LIGHTWEIGHT_CHARTS,
    )
}
"""The targets by name."""

__all__ = ["TARGETS", "Target"]
