"""Files and what is inside them: plain or compressed, one or the members of an archive."""

from k2cli.trades.files.archives import Compression, Member, members
from k2cli.trades.files.streams import Stream, line_count

__all__ = ["Compression", "Member", "Stream", "line_count", "members"]
