"""Rows of trades that are equal to another one in all columns: one of them says it all."""

import polars as pl
import pyarrow as pa

TOLD = ("message_id", "timestamp")
"""Columns that tell quickly that rows are no copies."""

_PLACE = "place"


def may_have_copies(rows: pa.Table) -> bool:
    """Whether rows may be copies, judged by the columns `TOLD`; False is certain."""
    return bool(pl.DataFrame(rows.select(TOLD)).select(pl.struct(TOLD).hash().n_unique()).item() < rows.num_rows)


def without_copies(rows: pa.Table) -> pa.Table:
    """The rows without those that are equal to an earlier one in all columns; null equals null. They keep their order.

    Candles are the same without them, whatever trades are told apart by: of equal rows any one is counted.
    """
    if not may_have_copies(rows):
        return rows
    placed = pl.DataFrame(rows).with_row_index(_PLACE)
    kept = placed.unique(subset=rows.column_names, keep="first", maintain_order=True)[_PLACE]
    return rows.take(kept.to_arrow())
