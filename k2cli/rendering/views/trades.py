"""The views of imported, generated and compacted trades."""

from collections.abc import Iterator
from pathlib import PurePath

from engines.domain.upkeep import UpkeepStatus
from k2cli import reports as r
from k2cli.language.words import count, moment, size
from k2cli.rendering.blocks import Block, Narrow, Sentence, table
from k2cli.rendering.views.view import view


@view.register
def _(report: r.ImportReport) -> Iterator[Block]:
    yield _files(report.files)
    for file in report.files:
        if file.note:
            yield Sentence(f"{file.file}: {file.note}")
    if report.created:
        namespaces = dict.fromkeys(name.rpartition(".")[0] for name in report.created)
        yield Sentence(f"{count(len(report.created))} tables made in {' and '.join(namespaces)}", "good")
    span = f", {moment(report.first)} to {moment(report.last)}" if report.first else ""
    yield Sentence(f"{count(report.imported)} trades imported into {report.table}{span}", "good")
    shifts = {"prices": report.price_shift, "quantities": report.quantity_shift}
    if any(shifts.values()):
        yield Sentence(", ".join(f"{name} times 10^{shift}" for name, shift in shifts.items() if shift))
    yield from _notes(report.files)
    if report.rejected:
        reasons = ", ".join(f"{reason} {count(n)}" for reason, n in report.rejected.items())
        yield Sentence(
            f"{count(sum(report.rejected.values()))} rows rejected ({reasons}): {report.rejects_file}", "warning"
        )
    if report.left_out:
        yield Sentence(f"{count(report.left_out)} of them are trades, left out with --allow-rejects", "warning")
    options = [f"--{name}-shift" for name in ("price", "quantity") if _unfit(name) & report.rejected.keys()]
    if options:
        yield Sentence(f"if the numbers count in another unit, say so by {' and '.join(options)}: nothing is rounded")


@view.register
def _(report: r.GenerateReport) -> Iterator[Block]:
    span = f", {moment(report.first)} to {moment(report.last)}" if report.first else ""
    yield Sentence(f"{count(report.trades)} trades added to {report.table}{span} (seed {report.seed})", "good")


@view.register
def _(report: r.CompactTradesReport) -> Iterator[Block]:
    if report.status is UpkeepStatus.NOTHING:
        yield Sentence(f"{report.table}: none of {count(report.files_before)} files needs to be merged", "good")
        return
    files = f"{count(report.files_before)} files became {count(report.files_after)}"
    sizes = f"{size(report.bytes_before)} became {size(report.bytes_after)}"
    yield Sentence(f"{report.table}: {files}, {sizes}", "good")
    if report.copies_dropped:
        of = count(report.rows_before)
        yield Sentence(f"{count(report.copies_dropped)} of {of} rows were equal to others, and dropped", "good")
    yield Sentence("the old files go when the snapshots that hold them expire")


def _notes(files: tuple[r.ImportedFile, ...]) -> Iterator[Block]:
    """What was taken for granted."""
    if any(file.times_without_zone for file in files):
        yield Sentence("times without a zone are taken for UTC")
    if rounded := sum(file.rounded for file in files):
        yield Sentence(f"quantities in the quote currency, divided by the price and rounded: {count(rounded)}")
    if doubles := sum(file.doubles for file in files):
        yield Sentence(
            f"prices and quantities are floats, each read as the decimal it was printed as: {count(doubles)}"
        )
    if sides_unknown := sum(file.sides_unknown for file in files):
        yield Sentence(
            f"trades whose side is neither buy nor sell: {count(sides_unknown)}; it is taken for unknown", "warning"
        )


def _files(files: tuple[r.ImportedFile, ...]) -> Block:
    """A line for each file; its symbol only where names or options told one."""
    named = ("symbol",) if any(file.symbol for file in files) else ()
    rows = [
        (
            f.file,
            *((f.symbol or "",) if named else ()),
            f.layout,
            f.unit,
            "yes" if f.header else "no",
            count(f.rows),
            count(f.rejected),
        )
        for f in files
    ]
    numbers = ("rows", "rejected")
    narrow = Narrow(short={"file": [PurePath(f.file).name for f in files]}, expendable=("header", "time unit"))
    return table("file", *named, "layout", "time unit", "header", *numbers, rows=rows, right=numbers, narrow=narrow)


def _unfit(column: str) -> set[str]:
    """Reasons for rejecting a valid number of a column because the table cannot hold it."""
    return {f"{column}_too_large", f"{column}_too_many_decimals"}
