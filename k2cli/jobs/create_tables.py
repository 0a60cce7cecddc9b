"""`k2 ohlcv create-tables`: create missing tables; nothing is ever dropped."""

from engines.domain.results import Creation
from engines.domain.tables import TradesPartition
from engines.errors import UsageError
from engines.lake import Lake
from k2cli.exit_codes import ExitCode
from k2cli.reports import CreatedTable, CreateTablesReport


def create_tables(
    lake: Lake, *, catalog: str, with_trades: bool, evolve: bool, partition_by: TradesPartition | None = None
) -> CreateTablesReport:
    """Create the candle tables that are missing, and on request the source table.

    Args:
        lake: The lake to create them in.
        catalog: Address of the catalog for the report, without secrets.
        with_trades: Also create an empty source table.
        partition_by: Partitioning of the source table; None: by day.
        evolve: Upgrade older tables that differ from the specification, as far as schema evolution allows.

    Returns:
        The tables; the exit code is 2 if one still differs from the specification.

    Raises:
        UsageError: A partitioning is given, but no source table is to be created.
    """
    if partition_by is not None and not with_trades:
        raise UsageError("--partition-by is for the table of trades", hint="add --with-trades")
    tables = lake.create_tables(with_trades=with_trades, evolve=evolve, partition_by=partition_by)
    differs = any(table.status is Creation.DIFFERS for table in tables)
    return CreateTablesReport(
        exit_code=ExitCode.USAGE if differs else ExitCode.OK,
        catalog=catalog,
        tables=tuple(
            CreatedTable(table=t.table, timeframe=t.timeframe, status=t.status, differences=t.differences)
            for t in tables
        ),
    )
