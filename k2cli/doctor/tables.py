"""The check of what the tables hold: columns, types, units and formats."""

from collections.abc import Iterator

from engines.domain.checks import Check, bad, doubtful, good, skipped
from engines.errors import K2Error
from k2cli.doctor.check import failed_by
from k2cli.doctor.patient import Patient
from k2cli.exit_codes import ExitCode


def tables(patient: Patient) -> Iterator[Check]:
    """Check whether trades can be read and tables can hold candles, and whether a table is there that nobody keeps."""
    lake = patient.lake
    if isinstance(lake, K2Error) or isinstance(patient.tables, K2Error):
        yield skipped("tables", "the catalog cannot be read")
        return
    try:
        unfit, unkept = lake.unfit_tables(), lake.unkept_timeframes()
    except K2Error as error:
        yield failed_by("tables", error)
        return
    for table in unfit:
        yield bad("tables", table.why, fix=table.remedy, exit_code=ExitCode.USAGE)
    for timeframe in unkept:
        name = lake.names.target(timeframe)
        found = f"{name} is there, but no run updates it: tables.timeframes does not name {timeframe}"
        yield doubtful("tables", found, fix=f'add "{timeframe}" to timeframes below [tables], or drop the table')
    if not (unfit or unkept):
        yield good("tables", "trades and candles have the columns and types that a run needs")
