"""Files and what is inside them: plain or compressed, one or the members of an archive."""

from k2cli.trades.files.archives import members
from k2cli.trades.files.compression import Compression
from k2cli.trades.files.members import Member
from k2cli.trades.files.stores import OnDisk, Spool, Store
from k2cli.trades.files.streams import Stream, line_count
from k2cli.trades.files.tables import is_hidden, tables_among

__all__ = [
    "Compression",
    "Member",
    "OnDisk",
    "Spool",
    "Store",
    "Stream",
    "is_hidden",
    "line_count",
    "members",
    "tables_among",
]
