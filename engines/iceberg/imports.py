"""What a table of trades tells of the imports that made it, asked before another one is added."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache

import polars as pl
import pyarrow as pa
from pyiceberg.expressions import And, BooleanExpression, EqualTo, GreaterThanOrEqual, In, LessThan, Reference
from pyiceberg.expressions.literals import literal
from pyiceberg.table import Table
from pyiceberg.types import LongType, StringType

from engines.domain.imports import ID_PATTERNS, Arrival, ImportRecord, Kind, SeriesKey, files_of, shift_key
from engines.domain.interval import Interval
from engines.domain.orders import merged_of
from engines.domain.timeframe import isoformat
from engines.domain.watermark import KEY_RUN
from engines.errors import Refused
from engines.iceberg.catalog import catalog_errors
from engines.iceberg.diagnosis import reading_head
from engines.iceberg.files import live_entries, manifests
from engines.iceberg.state import history, summary

_SYMBOLS = 200
"""Symbols that a filter names; PyIceberg looks no further into a longer list."""

_SERIES = ("exchange", "symbol")
_READ = {"exchange": StringType, "symbol": StringType, "timestamp": LongType, "message_id": StringType}


def imported_files(table: Table, digests: Collection[str]) -> dict[str, str]:
    """The files that the table has, with the run that imported each; one of which data has gone since is not there."""
    with catalog_errors(f"read {'.'.join(table.name())}"):
        found: dict[str, tuple[str, int]] = {}
        for snapshot in history(table):
            told = summary(snapshot)
            for digest in set(files_of(told)).intersection(digests) - found.keys():
                found[digest] = told.get(KEY_RUN, ""), snapshot.snapshot_id
        whole = _whole(table, {snapshot_id for _, snapshot_id in found.values()})
    return {digest: run for digest, (run, snapshot_id) in found.items() if snapshot_id in whole}


def _whole(table: Table, snapshot_ids: Collection[int]) -> set[int]:
    """Those of the snapshots of which all data files are still in the table, or merged into others of which all are."""
    head = table.current_snapshot()
    if head is None or not snapshot_ids:
        return set()
    alive: Counter[int | None] = Counter()
    for manifest in manifests(table, head):
        alive.update(entry.snapshot_id for entry in live_entries(table, manifest))
    merges = {one.snapshot_id: merged_of(summary(one)) for one in history(table)}

    @cache
    def whole(number: int) -> bool:
        into = {merge: files[number] for merge, files in merges.items() if number in files}
        return alive[number] + sum(into.values()) == _added(table, number) and all(map(whole, into))

    return set(filter(whole, snapshot_ids))


def _added(table: Table, snapshot_id: int) -> int:
    snapshot = table.snapshot_by_id(snapshot_id)
    summary = snapshot.summary if snapshot else None
    return int(summary.additional_properties.get("added-data-files", "-1")) if summary else -1


def refuse_imported(table: Table, record: ImportRecord) -> None:
    """Refuse files that another import has brought since they were looked for.

    Raises:
        Refused: The table has one of them.
    """
    runs = sorted(set(imported_files(table, record.files).values()))
    if runs:
        raise Refused(
            f"nothing was imported: run {' and '.join(runs)} has imported the same file meanwhile",
            hint="run the command again: what is there is passed over; or insist: --again",
        )


def refuse_mixture(table: Table, record: ImportRecord, *, mix: bool) -> None:
    """Refuse trades that the table has in another form already, or in another unit.

    Args:
        table: The source table.
        record: What the import brings.
        mix: Whether several kinds of trades in one time of a series are wanted.

    Raises:
        Refused: A series has trades of another kind in the time of the import, or was imported with another shift.
    """
    with reading_head(table):
        for series in record.arrivals:
            now = record.unit(series)
            told = table.properties.get(shift_key(series), now)
            if told != now and _has_trades(table, series):
                raise _other_unit(series, told, now)
        for series, kinds in {} if mix else _kinds(table, record.arrivals).items():
            arrival = record.arrivals[series]
            if others := kinds - arrival.kinds:
                raise _twice(series, arrival, others)


def _other_unit(series: SeriesKey, told: str, now: str) -> Refused:
    size = "" if told.count(",") == now.count(",") == 1 else ", size of a contract"
    options = "--price-shift and --quantity-shift" if not size else "--contract-size"
    return Refused(
        f"nothing was imported: {' '.join(series)} was imported with its decimal points moved by {told}"
        f" (price, quantity{size}), and now by {now}",
        hint=f"give the same {options}, or take the earlier trades out first",
    )


def _twice(series: SeriesKey, arrival: Arrival, others: Iterable[Kind]) -> Refused:
    known, new = (" and ".join(sorted(kinds)) for kinds in (others, arrival.kinds))
    first, last = isoformat(arrival.times.start), isoformat(arrival.times.end - 1)
    return Refused(
        f"nothing was imported: the files bring {new} of {' '.join(series)} from {first} to {last}, where the table has"
        f" {known}: they would count twice",
        hint="import one kind for each time of a series, take the others out first, or insist: --mix",
    )


def _has_trades(table: Table, series: SeriesKey) -> bool:
    named = [EqualTo(term=Reference(name), value=literal(value)) for name, value in zip(_SERIES, series, strict=True)]
    return len(table.scan(And(*named), selected_fields=_SERIES, limit=1).to_arrow()) > 0


def _kinds(table: Table, arrivals: Mapping[SeriesKey, Arrival]) -> dict[SeriesKey, set[Kind]]:
    """The kinds of trades that the table has of each series, in the time of what arrives for it."""
    fields = {field.name: field.field_type for field in table.schema().fields}
    if not arrivals or any(not isinstance(fields.get(name), type_) for name, type_ in _READ.items()):
        return {}
    found: dict[SeriesKey, set[Kind]] = {}
    arriving = pl.DataFrame(
        [(*series, arrival.times.start, arrival.times.end) for series, arrival in arrivals.items()],
        schema={"exchange": pl.String, "symbol": pl.String, "start": pl.Int64, "end": pl.Int64},
        orient="row",
    )
    scan = table.scan(_filter(arrivals), selected_fields=tuple(_READ))
    for batch in scan.to_arrow_batch_reader():
        for exchange, symbol, kind in _kinds_in(batch, arriving):
            found.setdefault((exchange, symbol), set()).add(kind)
    return found


def _filter(arrivals: Mapping[SeriesKey, Arrival]) -> BooleanExpression:
    span = _hull(arrival.times for arrival in arrivals.values())
    time = Reference("timestamp")
    within = And(GreaterThanOrEqual(term=time, value=literal(span.start)), LessThan(term=time, value=literal(span.end)))
    symbols = {symbol for _, symbol in arrivals}
    return (
        within
        if len(symbols) > _SYMBOLS
        else And(within, In(term=Reference("symbol"), values=set(map(literal, symbols))))
    )


def _hull(times: Iterable[Interval]) -> Interval:
    ranges = list(times)
    return Interval(min(time.start for time in ranges), max(time.end for time in ranges))


def _kinds_in(batch: pa.RecordBatch, arriving: pl.DataFrame) -> Iterator[tuple[str, str, Kind]]:
    identifier, rows = pl.col("message_id"), pl.DataFrame(batch)
    kind = pl.lit(Kind.TRADE.value)
    for other, pattern in ID_PATTERNS.items():
        kind = pl.when(identifier.str.contains(pattern)).then(pl.lit(other.value)).otherwise(kind)
    kinds = (
        rows.join(arriving, on=_SERIES)
        .filter(pl.col("timestamp") >= pl.col("start"), pl.col("timestamp") < pl.col("end"))
        .select(*_SERIES, kind.alias("kind"))
        .unique()
    )
    for exchange, symbol, found in kinds.iter_rows():
        yield exchange, symbol, Kind(found)
