"""What a run did or why it failed, in one sentence, from the record of `--output json`."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

_NUMBERS = {"imported": "imported", "trades": "trades"}
"""Keys of records whose number says what a run did, and the word for it."""

_OF_TABLES = {
    "candles_written": "candles written",
    "candles_removed": "candles removed",
    "snapshots_expired": "snapshots expired",
    "files_deleted": "files deleted",
}
"""Keys whose numbers are added up over the tables, and the words for the sums; those that are 0 are left out."""


def said(record: Mapping[str, Any]) -> str:
    """The sentence; empty where the record says nothing of the kind."""
    tables = [table for table in record.get("tables") or () if isinstance(table, dict)]
    failures = [record.get("error"), record.get("failure"), *(table.get("failure") for table in tables)]
    for failure in failures:
        if isinstance(failure, dict) and failure.get("message"):
            return str(failure["message"])
    statuses = Counter(_word(table["status"]) for table in tables if table.get("status"))
    if statuses:
        return ", ".join([*(f"{number} {status}" for status, number in statuses.items()), *_sums(tables)])
    if isinstance(record.get("broken"), int):
        return f"{sum(map(_checked, tables)):,} candles checked, {record['broken']:,} broken"
    numbers = (f"{record[key]:,} {word}" for key, word in _NUMBERS.items() if isinstance(record.get(key), int))
    return next(numbers, "")


def _checked(table: Mapping[str, Any]) -> int:
    """Number of candles of a table that were held against its invariants."""
    found = table.get("invariants") or ()
    return max((invariant["checked"] for invariant in found if isinstance(invariant.get("checked"), int)), default=0)


def _word(status: object) -> str:
    return "without anything to do" if status == "nothing" else str(status).replace("_", " ")


def _sums(tables: list[dict[str, Any]]) -> Iterator[str]:
    if dropped := sum(table["rows"] for table in tables if "cutoff" in table):  # of prune
        yield f"{dropped:,} candles dropped"
    if spared := [table for table in tables if table.get("spared")]:
        number, why = sum(table["spared"] for table in spared), spared[0]["excess"]
        yield f"{number:,} candles older than [retention] left, since {why} would go (--force drops them)"
    for key, words in _OF_TABLES.items():
        numbers = [table[key] for table in tables if isinstance(table.get(key), int)]
        if total := sum(numbers):
            yield f"{total:,} {words}"
