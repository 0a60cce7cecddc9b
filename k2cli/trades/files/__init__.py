"""Files and what is inside them: plain or compressed, one or the members of an archive."""

from k2cli.trades.files.archives import Members, members
from k2cli.trades.files.compression import Compression
from k2cli.trades.files.members import Member
from k2cli.trades.files.stores import OnDisk, Spool, Store
from k2cli.trades.files.streams import BOMB_RATIO, Stream, line_count
from k2cli.trades.files.tables import is_hidden, is_note, tables_among

__all__ = [
    "BOMB_RATIO",
    "Compression",
    "Member",
    "Members",
    "OnDisk",
    "Spool",
    "Store",
    "Stream",
    "is_hidden",
    "is_note",
    "line_count",
    "members",
    "tables_among",
]
