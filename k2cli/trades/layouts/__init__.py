"""Layouts: how files of trades are written down, as data. The files ``*.toml`` here are those that come with k2."""

from k2cli.trades.layouts.grammar import Layout
from k2cli.trades.layouts.head import Head
from k2cli.trades.layouts.library import allowed, layout_named, layouts, read_layout, shipped
from k2cli.trades.layouts.placement import Placement

__all__ = ["Head", "Layout", "Placement", "allowed", "layout_named", "layouts", "read_layout", "shipped"]
