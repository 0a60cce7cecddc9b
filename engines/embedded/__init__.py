"""Base of engines that run in this process: they implement three methods that read, everything else is done here.

An engine author subclasses `EmbeddedEngine`, registers it in the entry-point group ``k2.engines`` and tests it with
`engines.testing.suite`. Importing this module loads neither Polars nor pyarrow.
"""

from engines.base import Options
from engines.domain.interval import Intervals
from engines.domain.invariants import NOT_EXACT, NOTED, REJECTIONS, STORED, rejections_of
from engines.embedded.engine import EmbeddedEngine
from engines.embedded.planned import no_trades, plain_files, planned_rows, trades_table
from engines.embedded.reader import Folded
from engines.work import Rows, TradeRows

__all__ = [
    "NOTED",
    "NOT_EXACT",
    "REJECTIONS",
    "STORED",
    "EmbeddedEngine",
    "Folded",
    "Intervals",
    "Options",
    "Rows",
    "TradeRows",
    "no_trades",
    "plain_files",
    "planned_rows",
    "rejections_of",
    "trades_table",
]
