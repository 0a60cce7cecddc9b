"""`k2 trades inspect`: how the table of trades is read, and what its newest rows are as trades; nothing is written."""

from engines.lake import Lake
from k2cli.doctor.looking import source_look
from k2cli.reports import InspectReport


def inspect_trades(lake: Lake) -> InspectReport:
    """Look at the source.

    Raises:
        TableMissing: The source table does not exist.
        UsageError: It cannot be read as trades, or not by this engine.
    """
    return InspectReport(source=source_look(lake.source_facts(), lake.look()))
