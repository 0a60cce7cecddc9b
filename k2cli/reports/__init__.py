"""Reports, the immutable results of the commands, from which JSON, NDJSON, CSV and the tables for people are made.

The field names of a report are the keys of its JSON and never change their meaning. Instants are datetimes (UTC),
prices and volumes decimals.
"""

from k2cli.reports.aggregation import AggregatedTable, AggregateReport, Source
from k2cli.reports.base import Report
from k2cli.reports.candles import CandleRows, ShowReport
from k2cli.reports.chart import ChartCandle, ChartPage, ChartReport
from k2cli.reports.doctor import DoctorReport
from k2cli.reports.export import ExportedFile, ExportReport
from k2cli.reports.program import (
    ConfigReport,
    EnginesReport,
    InstalledEngine,
    PyIcebergReport,
    SettingValue,
)
from k2cli.reports.quickstart import QuickstartReport, Step
from k2cli.reports.removals import DeleteReport, TouchedCandles, UndoReport
from k2cli.reports.restore import RestoredTable, RestoreReport
from k2cli.reports.run import Run
from k2cli.reports.runs import PastRun, RunsReport
from k2cli.reports.schedule import ScheduleFile, ScheduleReport
from k2cli.reports.source import InspectReport, MappedColumn, SourceLook
from k2cli.reports.tables import (
    CreatedTable,
    CreateTablesReport,
    StatusOfTable,
    StatusReport,
)
from k2cli.reports.trade_files import IdGap, InspectedFile, InspectFilesReport, LayoutTemplateReport, StoredTrades
from k2cli.reports.trades import CompactTradesReport, GenerateReport, ImportedFile, ImportReport
from k2cli.reports.upkeep import CompactedTable, CompactReport, PrunedTable, PruneReport
from k2cli.reports.validation import (
    BrokenRow,
    CheckedInvariant,
    ValidatedSource,
    ValidatedTable,
    ValidateReport,
    ValidationRow,
)

__all__ = [
    "AggregateReport",
    "AggregatedTable",
    "BrokenRow",
    "CandleRows",
    "ChartCandle",
    "ChartPage",
    "ChartReport",
    "CheckedInvariant",
    "CompactReport",
    "CompactTradesReport",
    "CompactedTable",
    "ConfigReport",
    "CreateTablesReport",
    "CreatedTable",
    "DeleteReport",
    "DoctorReport",
    "EnginesReport",
    "ExportReport",
    "ExportedFile",
    "GenerateReport",
    "IdGap",
    "ImportReport",
    "ImportedFile",
    "InspectFilesReport",
    "InspectReport",
    "InspectedFile",
    "InstalledEngine",
    "LayoutTemplateReport",
    "MappedColumn",
    "PastRun",
    "PruneReport",
    "PrunedTable",
    "PyIcebergReport",
    "QuickstartReport",
    "Report",
    "RestoreReport",
    "RestoredTable",
    "Run",
    "RunsReport",
    "ScheduleFile",
    "ScheduleReport",
    "SettingValue",
    "ShowReport",
    "Source",
    "SourceLook",
    "StatusOfTable",
    "StatusReport",
    "Step",
    "StoredTrades",
    "TouchedCandles",
    "UndoReport",
    "ValidateReport",
    "ValidatedSource",
    "ValidatedTable",
    "ValidationRow",
]
