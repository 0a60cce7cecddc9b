"""Writing the report to stdout in the requested format. Nothing else is ever written to stdout."""

import os
import sys
from collections.abc import Callable, Iterable, Mapping

from k2cli.rendering.encoding import csv_text, json_text, log_text, ndjson_text
from k2cli.rendering.painting import paint
from k2cli.rendering.views.view import view
from k2cli.reports import Report


def table_text(report: Report, *, wide: bool = False) -> Iterable[str]:
    """The report for people: coloured tables on a terminal, fitted to its width unless `wide`; else plain text."""
    return paint(view(report), wide=wide)


FORMATS: Mapping[str, Callable[[Report], Iterable[str]]] = {
    "table": table_text,
    "json": json_text,
    "csv": csv_text,
    "ndjson": ndjson_text,
    "log": log_text,
}


def write(report: Report, output: str, *, wide: bool = False) -> None:
    """Write a report to stdout, in one of `FORMATS`; `wide`: see `table_text`.

    A closed pipe (`k2 … | head -1`) is not a failure: the command's work is done, and its reader wants no more.
    """
    try:
        for text in table_text(report, wide=wide) if output == "table" else FORMATS[output](report):
            sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        leave_stdout()


def leave_stdout() -> None:
    """Redirect stdout to the null device, or the interpreter reports a broken pipe again when it exits."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
