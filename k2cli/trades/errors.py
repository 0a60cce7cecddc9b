"""What can be wrong with a whole file; a single wrong row is a `Reject`, not an error.

UsageError
└── TradeFileError
    ├── FileUnreadable   missing, a directory, truncated, corrupt, locked by a password
    ├── NotTrades        empty, binary, not UTF-8, or numbers kept in a type that is not exact
    ├── LayoutMismatch   a column is missing, or the lines have the wrong number of fields
    └── NoTrades         each row was rejected
"""

from engines.errors import UsageError


class TradeFileError(UsageError):
    """A file of trades that cannot be read."""


class FileUnreadable(TradeFileError):  # noqa: N818 - the state of the file, as in engines.errors
    """The bytes of the file cannot be had."""


class NotTrades(TradeFileError):  # noqa: N818
    """The bytes are there, but they are no table of trades."""


class LayoutMismatch(TradeFileError):  # noqa: N818
    """A table, but not in the layout that was asked for."""


class NoTrades(TradeFileError):  # noqa: N818
    """The layout fits and still no row is a trade."""
