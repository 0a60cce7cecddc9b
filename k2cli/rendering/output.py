"""The result on stdout, in the format that was asked for. Nothing else is ever written there."""

import os
import sys
from collections.abc import Callable, Iterable, Mapping

from k2cli.rendering.encoding import csv_text, json_text, ndjson_text
from k2cli.rendering.painting import paint
from k2cli.rendering.views.view import view
from k2cli.reports import Report


def table_text(report: Report, *, wide: bool = False) -> Iterable[str]:
    """For people: coloured tables on a terminal, as wide as it unless `wide`; plain aligned text elsewhere."""
    return paint(view(report), wide=wide)


FORMATS: Mapping[str, Callable[[Report], Iterable[str]]] = {
    "table": table_text,
    "json": json_text,
    "csv": csv_text,
    "ndjson": ndjson_text,
}


def write(report: Report, output: str, *, wide: bool = False) -> None:
    """Write a report to stdout, in one of `FORMATS`; `wide`: see `table_text`.

    A reader that has had enough (`k2 … | head -1`) is no failure: the work is done, the rest is not missed.
    """
    try:
        for text in table_text(report, wide=wide) if output == "table" else FORMATS[output](report):
            sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        # Point stdout nowhere, or the interpreter would complain once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
