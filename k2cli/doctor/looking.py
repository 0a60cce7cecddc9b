"""A look at the source, as reports show it."""

from collections.abc import Mapping

from engines.domain.caveats import caveats_of
from engines.domain.look import Look, SourceFacts
from engines.domain.results import Rejected
from k2cli.language.columns import how_read
from k2cli.language.times import calendar_time
from k2cli.reports import MappedColumn, SourceLook


def source_look(facts: SourceFacts, look: Look) -> SourceLook:
    """Return the part of a report that tells of a source.

    Args:
        facts: What its metadata says.
        look: What its newest rows are as trades.
    """
    reading, times = facts.reading, facts.times
    return SourceLook(
        table=facts.table,
        snapshot_id=facts.snapshot_id,
        format_version=facts.format_version,
        columns=tuple(
            MappedColumn(
                ours=name,
                theirs=column.column,
                type=str(column.type),
                read=how_read(column, reading, unit_told=facts.unit_told),
            )
            for name, column in reading.columns.items()
        ),
        timestamp_unit=reading.unit.value,
        unit_told=facts.unit_told,
        caveats=caveats_of(reading),
        identity=facts.identity,
        rows=facts.rows,
        first=None if times is None else calendar_time(times.start),
        last=None if times is None else calendar_time(times.end - 1),
        files=facts.files,
        manifests=facts.manifests,
        without_bounds=facts.without_bounds,
        position_deletes=facts.position_deletes,
        equality_deletes=facts.equality_deletes,
        looked_rows=look.rows,
        looked_files=look.files,
        looked_from=None if look.times is None else calendar_time(look.times.start),
        rejected=_counts(look.rejected),
        noted=_counts(look.noted),
        spellings=look.spellings,
        trades=tuple(map(_trade, look.newest)),
    )


def _counts(found: tuple[Rejected, ...]) -> dict[str, int]:
    return {one.reason: one.count for one in found}


def _trade(row: Mapping[str, object]) -> dict[str, object]:
    """A row with its time as a moment."""
    time = row["timestamp"]
    return {**row, "timestamp": calendar_time(time) if isinstance(time, int) else None}
