"""`k2 ohlcv create-tables`: make what is not there, never drop anything."""

from engines.domain.results import Creation
from engines.lake import Lake
from k2cli.exit_codes import ExitCode
from k2cli.reports import CreatedTable, CreateTablesReport


def create_tables(lake: Lake, *, catalog: str, with_trades: bool, evolve: bool) -> CreateTablesReport:
    """Make the candle tables, and the trades when asked.

    Args:
        lake: Where.
        catalog: The catalog's address for the report, without secrets.
        with_trades: Make an empty source table too.
        evolve: Mend older tables.

    Returns:
        The tables; exit code 2 when one differs from the specification and is not mended.
    """
    tables = lake.create_tables(with_trades=with_trades, evolve=evolve)
    differs = any(table.status is Creation.DIFFERS for table in tables)
    return CreateTablesReport(
        exit_code=ExitCode.USAGE if differs else ExitCode.OK,
        catalog=catalog,
        tables=tuple(
            CreatedTable(table=t.table, timeframe=t.timeframe, status=t.status, differences=t.differences)
            for t in tables
        ),
    )
