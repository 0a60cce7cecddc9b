"""Which layout a file is in: told by the names of its columns, the kinds of its fields, and its own name."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from k2cli.trades import sides
from k2cli.trades.decimals import decimal
from k2cli.trades.errors import LayoutMismatch, LayoutUnknown
from k2cli.trades.files import Member
from k2cli.trades.formats import Content, content_of
from k2cli.trades.layouts import Head, Layout, Placement
from k2cli.trades.layouts.grammar import heading
from k2cli.trades.layouts.paths import told_by_path
from k2cli.trades.layouts.placement import placements
from k2cli.trades.names import Series, fits_name, series_of
from k2cli.trades.timestamps import micros
from k2cli.trades.within import is_proved

_TEMPLATE = "write down your own: k2 trades inspect FILE --layout-template > mine.toml, then --layout mine.toml"


@dataclass(frozen=True, slots=True)
class Fit:
    """A layout that a file may be in.

    Attributes:
        layout: The layout.
        content: The file.
        head: Where its rows begin.
        placement: Which field is which.
        named: Whether the file is named as such files are.
    """

    layout: Layout
    content: Content
    head: Head
    placement: Placement
    named: bool

    @property
    def rank(self) -> tuple[bool, bool, bool, int]:
        """What speaks for the layout, the strongest first."""
        known = sum(heading(name) in self.layout.known for name in self.head.names)
        return self.named, self.whole, not self.layout.fallback, known

    @property
    def whole(self) -> bool:
        """Whether the layout knows all columns."""
        return all(heading(name) in self.layout.known for name in self.head.names if name)


def fitting(member: Member, layout: Layout, given: Series) -> Fit | None:
    """How a file is in a layout that the user named; None if there is nothing in the file.

    Raises:
        LayoutMismatch: It is not in that layout.
        TradeFileError: It cannot be read, or is no table.
    """
    content = content_of(member, layout.csv)
    if content is None:
        return None
    first: LayoutMismatch | None = None
    for head in content.heads():
        try:
            places = placements(member.name, layout, head, contracts=_counts_contracts(member, layout, head, given))
        except LayoutMismatch as mismatch:
            first = first or mismatch
            if head.names and head.width in map(len, layout.lines):
                raise  # names that are not the layout's: the order of such columns would be a guess
            continue
        fits = [Fit(layout, content, head, placement, fits_name(member, layout)) for placement in places]
        return next((fit for fit in fits if _plausible(fit)), fits[0])
    raise first or LayoutMismatch(f"{member.name}: there are no rows in it")


def detect(member: Member, layouts: Sequence[Layout], given: Series) -> Fit | None:
    """Find the layout of a file; None if there is nothing in it.

    Raises:
        LayoutUnknown: None fits, or two of them do equally.
        TradeFileError: The file cannot be read, or is no table.
    """
    fits: list[Fit] = []
    heads: list[Head] = []
    for dialect in dict.fromkeys(layout.csv for layout in layouts):
        content = content_of(member, dialect)
        if content is None:
            return None
        some = [layout for layout in layouts if layout.csv == dialect]
        found, seen = _detected(member, content, some, given)
        fits += found
        heads += seen
    if not fits:
        raise _none_fits(member, heads, layouts)
    best = max(fit.rank for fit in fits)
    chosen = [fit for fit in fits if fit.rank == best]
    if len(chosen) > 1:
        names = " and ".join(sorted(fit.layout.name for fit in chosen))
        raise LayoutUnknown(f"{member.name} may be in the layouts {names}", hint="say which by --layout")
    return chosen[0]


def _detected(
    member: Member, content: Content, layouts: Sequence[Layout], given: Series
) -> tuple[list[Fit], list[Head]]:
    """The layouts that fit at the first place where one does, and the places that were looked at."""
    heads: list[Head] = []
    for head in content.heads():
        # Below names that no layout knows, rows of the same width are not read by their order.
        named = any(seen.names and seen.width == head.width for seen in heads)
        heads.append(head)
        fits = [] if named and not head.names else list(_fits(member, content, head, layouts, given))
        if fits:
            return fits, heads
    return [], heads


def _fits(member: Member, content: Content, head: Head, layouts: Iterable[Layout], given: Series) -> Iterator[Fit]:
    for layout in layouts:
        of_one_exchange = bool(layout.exchange or layout.exchanges)
        told_by_columns = not (layout.common_words if head.names else layout.by_name)
        try:
            places = placements(member.name, layout, head, contracts=_may_count_contracts(member, layout, head, given))
        except LayoutMismatch:
            continue
        for placement in places:
            fit = Fit(layout, content, head, placement, fits_name(member, layout))
            evidence = fit.named or (fit.whole and told_by_columns) or not of_one_exchange
            if evidence and _plausible(fit) and is_proved(member, layout):
                yield fit
                break


def _counts_contracts(member: Member, layout: Layout, head: Head, given: Series) -> bool:
    series = series_of(member, layout, given, told_by_path(layout.rows, head.path) or {})
    return layout.quantity.counts_contracts(series.exchange, series.symbol)


def _may_count_contracts(member: Member, layout: Layout, head: Head, given: Series) -> bool:
    try:
        return _counts_contracts(member, layout, head, given)
    except LayoutMismatch:  # said when the layout is chosen
        return layout.quantity.counts_contracts(given.exchange, given.symbol)


def _plausible(fit: Fit) -> bool:
    """Whether most of the first rows can be trades of the layout, by the kinds of their fields."""
    width = fit.head.width
    rows = [row for row in fit.head.rows if len(row) == width]
    if not rows:
        return bool(fit.head.names)
    columns = {name: [row[index].strip() for row in rows] for index, name in enumerate(fit.placement.columns) if name}
    times = micros(pl.Series(columns["timestamp"], dtype=pl.String), fit.layout.time.units)
    kinds = [[index not in times.faults for index in range(len(rows))]]
    if fit.layout.time.numbers:
        kinds.append([decimal(text) is not None for text in columns["timestamp"]])
    if not fit.head.names:
        kinds += [[decimal(text) is not None for text in columns[name]] for name in ("price", "quantity")]
        if "maker" in columns:
            kinds.append([text.lower() in sides.MAKER for text in columns["maker"]])
        if "side" in columns:
            words = {word.lower() for word in (*fit.layout.side.buy, *fit.layout.side.sell)}
            kinds.append([text.lower() in words for text in columns["side"]])
    return 2 * sum(map(all, zip(*kinds, strict=True))) > len(rows)


def _none_fits(member: Member, heads: Sequence[Head], layouts: Sequence[Layout]) -> LayoutUnknown:
    """Names the layout that knows most of the columns."""
    named = [head for head in heads if head.names]
    if not named:
        width = heads[0].width if heads else 0
        return LayoutUnknown(f"{member.name}: no layout has rows of {width} fields like these", hint=_TEMPLATE)
    head = max(named, key=lambda head: head.width)
    shared = {each.name: sum(heading(name) in each.known for name in head.names) for each in layouts}
    nearest = max(layouts, key=lambda layout: (shared[layout.name], layout.fallback))
    if not shared[nearest.name]:
        return LayoutUnknown(f"{member.name}: no layout has the columns {', '.join(head.names)[:200]}", hint=_TEMPLATE)
    try:
        placements(member.name, nearest, head)
        why = f"times are not in {' or '.join(nearest.time.units)}"
    except LayoutMismatch as mismatch:
        why = mismatch.message.removeprefix(f"{member.name}: ")
    return LayoutUnknown(f"{member.name}: no layout fits; the nearest is {nearest.name}: {why}", hint=_TEMPLATE)
