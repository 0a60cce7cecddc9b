"""Encoding of reports as JSON, NDJSON or CSV. All formats share one encoder, so that they stay consistent.

Decimals become strings with all their digits, instants ISO 8601 with Z, dates ISO 8601, snapshot ids strings.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import singledispatch
from types import NoneType
from typing import Any

from engines.domain.timeframe import Timeframe, isoformat, to_instant
from k2cli.language.sentences import said
from k2cli.reports import Report, ShowReport

SCHEMA_VERSION = 2
"""Version of the JSON schema. It increases when a key changes its type or meaning, not when a key is added.

1: snapshot ids were numbers. 2: they are strings, because most of them are larger than `LARGEST_NUMBER`.
"""

LARGEST_NUMBER = 2**53 - 1
"""Largest integer that every JSON parser reads exactly; jq and JavaScript round larger ones (RFC 8259, section 6)."""


def json_object(report: Report) -> dict[str, Any]:
    """The report as one JSON object: the common keys of all commands first, then the report's own fields."""
    head = json_head(report.command, report)
    return head | {_key(name): value for name, value in _members(report).items() if name not in head}


def json_head(command: str, run: Report) -> dict[str, Any]:
    """The common keys of all commands, which are written even if a command fails without a report of its own."""
    return {
        "schema_version": SCHEMA_VERSION,
        "command": command,
        "run_id": run.run_id,
        "engine": run.engine,
        "exit_code": int(run.exit_code),
        "seconds": round(run.seconds, 6),
        "started": encode(run.started),
    }


def _key(name: str) -> str:
    return {"candles": "rows"}.get(name, name)


@singledispatch
def encode(value: object) -> Any:  # noqa: ANN401 - JSON has no narrower type
    """Return a value as the JSON encoder takes it; a dataclass becomes an object of its fields."""
    if is_dataclass(value):
        return _members(value)
    raise TypeError(f"no JSON for {type(value).__name__}")


def _members(value: Any) -> dict[str, Any]:  # noqa: ANN401 - any dataclass
    """The encoded fields of a dataclass; a snapshot id is always a string, whatever its size."""
    members = {f.name: getattr(value, f.name) for f in fields(value)}
    return {name: encode(str(v) if _is_snapshot_id(name) and v is not None else v) for name, v in members.items()}


def _is_snapshot_id(name: str) -> bool:
    return name == "snapshot_id" or name.endswith("_snapshot_id")


@encode.register(NoneType)
@encode.register(str)
def _(value: str | None) -> str | None:
    return value


@encode.register(int)
def _(value: int) -> int | str:
    """Return an integer as it is, or as a string if some JSON parsers would round it.

    Only tables that were not made by k2 have columns with such large values.
    """
    return value if abs(value) <= LARGEST_NUMBER else str(value)


@encode.register(float)
def _(value: float) -> float:
    return round(value, 6)


@encode.register(StrEnum)
def _(value: StrEnum) -> str:
    return value.value


@encode.register(Timeframe)
def _(value: Timeframe) -> str:
    return value.name


@encode.register(Decimal)
def _(value: Decimal) -> str:
    return format(value, "f")


@encode.register(datetime)
def _(value: datetime) -> str:
    return isoformat(to_instant(value))


@encode.register(date)
def _(value: date) -> str:
    return value.isoformat()


@encode.register(Mapping)
def _(value: Mapping[str, object]) -> dict[str, Any]:
    return {key: encode(item) for key, item in value.items()}


@encode.register(Iterable)
def _(value: Iterable[object]) -> list[Any]:
    return [encode(item) for item in value]


def json_text(report: Report) -> Iterator[str]:
    """Yield the text of the report's JSON object."""
    yield json.dumps(json_object(report), indent=2, ensure_ascii=False)
    yield "\n"


def ndjson_text(report: Report) -> Iterator[str]:
    """Yield one line with a JSON object per row."""
    for row in report.rows:
        yield json.dumps(encode(row), ensure_ascii=False) + "\n"


def log_text(report: Report) -> Iterator[str]:
    """Yield one line for the whole run: when it ended, what it was and on which tables, what it did, how it ended."""
    record = json_object(report)
    code = record["exit_code"]
    line = {
        "ts": None if report.started is None else encode(report.started + timedelta(seconds=report.seconds)),
        "level": "error" if code else "warning" if report.failures else "info",
        "run_id": report.run_id,
        "command": report.command,
        "table": ", ".join(str(table["table"]) for table in record.get("tables") or ()),
        "message": "; ".join(dict.fromkeys(failure.message for failure in report.failures)) or said(record),
        "exit_code": code,
    }
    hints = dict.fromkeys(failure.hint for failure in report.failures if failure.hint)
    yield json.dumps(line | ({"hint": "; ".join(hints)} if hints else {}), ensure_ascii=False) + "\n"


def csv_text(report: Report) -> Iterator[str]:
    """Yield CSV text: a header and one line per row; nested values are written as JSON, null as an empty cell."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    names: tuple[str, ...] | None = report.rows.columns if isinstance(report, ShowReport) else None
    if names is not None:
        writer.writerow(names)
    for row in report.rows:
        cells = encode(row)
        if names is None:
            names = tuple(cells)
            writer.writerow(names)
        writer.writerow([_cell(cells[name]) for name in names])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def _cell(value: Any) -> str:  # noqa: ANN401
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case dict() | list():
            return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return str(value)
