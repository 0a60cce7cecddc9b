"""The check of what the tables hold: columns, types, units and formats."""

from collections.abc import Iterator

from engines.domain.checks import Check, bad, good, skipped
from engines.errors import K2Error
from k2cli.doctor.check import failed_by
from k2cli.doctor.patient import Patient
from k2cli.exit_codes import ExitCode


def tables(patient: Patient) -> Iterator[Check]:
    """Check whether the source can be read as trades, and whether the candle tables can hold candles."""
    lake = patient.lake
    if isinstance(lake, K2Error) or isinstance(patient.tables, K2Error):
        yield skipped("tables", "the catalog cannot be read")
        return
    try:
        unfit = lake.unfit_tables()
    except K2Error as error:
        yield failed_by("tables", error)
        return
    for table in unfit:
        yield bad("tables", table.why, fix=table.remedy, exit_code=ExitCode.USAGE)
    if not unfit:
        yield good("tables", "trades and candles have the columns and types that a run needs")
