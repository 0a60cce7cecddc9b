"""Errors of a library over one file, told once for all readers: which table and file, what is wrong, what may help.

A source may be anybody's: what its files are is no bug of ours.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from pyiceberg.table import Table

from engines.errors import K2Error, UsageError, ValidationFailed
from engines.iceberg.catalog import catalog_errors

_THEIRS = (
    "restore a file that is damaged; one that is only unusual another engine may read (--engine spark),"
    " and Spark writes it anew: CALL system.rewrite_data_files"
)
_OURS = (
    "k2 ohlcv aggregate --rebuild makes the table again from the trades;"
    " k2 ohlcv validate --deep names all files that are damaged or missing"
)


@contextmanager
def reading_file(table: Table, file: str) -> Iterator[None]:
    """Name the table and the file in whatever goes wrong while a library reads one file.

    Args:
        table: The table.
        file: What the file is, and its path.
    """
    try:
        with catalog_errors(f"table {name_of(table)}: {file}"):
            yield
    except (K2Error, MemoryError):
        raise
    except Exception as error:
        raise unreadable(table, file, reason_of(error)) from error


def unreadable(table: Table, what: str, problem: str) -> K2Error:
    """The error for what cannot be read: of a source it is data that we cannot work with, of candles it is damage."""
    kind = ValidationFailed if _holds_candles(table) else UsageError
    return kind(f"table {name_of(table)}: {what} cannot be read: {problem}", hint=remedy(table))


def remedy(table: Table) -> str:
    """What to do about a file that cannot be read."""
    return _OURS if _holds_candles(table) else _THEIRS


def reason_of(error: BaseException) -> str:
    """What an error says, on one line; with its kind where it says nothing that could be understood alone."""
    text = (str(error).strip().splitlines() or [""])[0]
    return text if " " in text else f"{type(error).__name__} {text}".strip()


def name_of(table: Table) -> str:
    """The full name of a table."""
    return ".".join(table.name())


def _holds_candles(table: Table) -> bool:
    return {"window_start", "window_end"} <= {field.name for field in table.schema().fields}
